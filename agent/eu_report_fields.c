/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The fields of the yearly report, in the order of the annexes. */
#include <hallwatt/eu_report.h>
#include <hallwatt/language.h>

#define NUMBER(part, name, sign, measure, digits, sentence) { part, name, sign, HWATT_EU_NUMBER, measure, digits, sentence }
#define TEXT(part, name, sentence) { part, name, "", HWATT_EU_TEXT, "", 0, sentence }

static const struct hwatt_eu_field_info fields[HWATT_EU_FIELDS] = {
	[HWATT_EU_DC_NAME] = TEXT(HWATT_EU_ANNEX1, "dc_name", HWATT_N("Name of the data centre")),
	[HWATT_EU_OWNER] = TEXT(HWATT_EU_ANNEX1, "owner", HWATT_N("Owner, with contact details")),
	[HWATT_EU_OPERATOR] = TEXT(HWATT_EU_ANNEX1, "operator", HWATT_N("Operator, with contact details")),
	[HWATT_EU_LOCATION_LAU] = TEXT(HWATT_EU_ANNEX1, "location_lau", HWATT_N("Location: code of the local administrative unit")),
	[HWATT_EU_LOCATION_NUTS3] = TEXT(HWATT_EU_ANNEX1, "location_nuts3", HWATT_N("Location: NUTS 3 code")),
	[HWATT_EU_DC_TYPE] = TEXT(HWATT_EU_ANNEX1, "dc_type", HWATT_N("Type: enterprise, colocation or co-hosting")),
	[HWATT_EU_OPERATION_START] = TEXT(HWATT_EU_ANNEX1, "operation_start", HWATT_N("Year and month of the entry into operation")),
	[HWATT_EU_ELEC_REDUNDANCY] = TEXT(HWATT_EU_ANNEX1, "elec_redundancy", HWATT_N("Redundancy of the electrical supply, by line-up")),
	[HWATT_EU_ELEC_REDUNDANCY_RACK] = TEXT(HWATT_EU_ANNEX1, "elec_redundancy_rack", HWATT_N("Redundancy of the electrical supply, by rack")),
	[HWATT_EU_COOL_REDUNDANCY] = TEXT(HWATT_EU_ANNEX1, "cool_redundancy", HWATT_N("Redundancy of the cooling, by room")),
	[HWATT_EU_COOL_REDUNDANCY_RACK] = TEXT(HWATT_EU_ANNEX1, "cool_redundancy_rack", HWATT_N("Redundancy of the cooling, by rack")),
	[HWATT_EU_PD_IT_KW] = NUMBER(HWATT_EU_ANNEX2, "pd_it_kw", "PD_IT", "kW", 1, HWATT_N("Installed power demand of the IT equipment, over the year")),
	[HWATT_EU_S_DC_M2] = NUMBER(HWATT_EU_ANNEX2, "s_dc_m2", "S_DC", "m2", 0, HWATT_N("Floor area of the data centre, over the year")),
	[HWATT_EU_S_CR_M2] = NUMBER(HWATT_EU_ANNEX2, "s_cr_m2", "S_CR", "m2", 0, HWATT_N("Floor area of the computer rooms, over the year")),
	[HWATT_EU_E_DC_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_dc_kwh", "E_DC", "kWh", 0, HWATT_N("All energy used")),
	[HWATT_EU_E_DC_BG_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_dc_bg_kwh", "E_DC-BG", "kWh", 0, HWATT_N("Of it from back-up generators")),
	[HWATT_EU_E_IT_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_it_kwh", "E_IT", "kWh", 0, HWATT_N("Energy used by the IT equipment")),
	[HWATT_EU_GRID_FUNCTIONS] = { HWATT_EU_ANNEX2, "grid_functions", "", HWATT_EU_FLAG, "", 0, HWATT_N("Whether services are offered to the grid") },
	[HWATT_EU_C_BTG_KW] = NUMBER(HWATT_EU_ANNEX2, "c_btg_kw", "C_BtG", "kW", 1, HWATT_N("Battery capacity offered to the grid, on average")),
	[HWATT_EU_W_IN_M3] = NUMBER(HWATT_EU_ANNEX2, "w_in_m3", "W_IN", "m3", 0, HWATT_N("Water that entered")),
	[HWATT_EU_W_IN_CATEGORY] = NUMBER(HWATT_EU_ANNEX2, "w_in_category", "", "1", 0, HWATT_N("Category of WUE that the water is of: 2 all, 1 potable")),
	[HWATT_EU_W_IN_POT_M3] = NUMBER(HWATT_EU_ANNEX2, "w_in_pot_m3", "W_IN-POT", "m3", 0, HWATT_N("Of it potable water")),
	[HWATT_EU_W_IN_FRE_M3] = NUMBER(HWATT_EU_ANNEX2, "w_in_fre_m3", "W_IN-FRE", "m3", 0, HWATT_N("Of it freshwater")),
	[HWATT_EU_E_REUSE_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_reuse_kwh", "E_REUSE", "kWh", 0, HWATT_N("Heat used again outside the data centre")),
	[HWATT_EU_T_WH_C] = NUMBER(HWATT_EU_ANNEX2, "t_wh_c", "T_WH", "Cel", 1, HWATT_N("Temperature of that heat, on average")),
	[HWATT_EU_T_INTAKE_C] = NUMBER(HWATT_EU_ANNEX2, "t_intake_c", "T_IN", "Cel", 1, HWATT_N("Set point of the air that the IT equipment takes in, on average")),
	[HWATT_EU_REFRIGERANTS] = TEXT(HWATT_EU_ANNEX2, "refrigerants", HWATT_N("Refrigerants of the computer rooms' cooling")),
	[HWATT_EU_CDD] = NUMBER(HWATT_EU_ANNEX2, "cdd", "CDD", "degree-days", 0, HWATT_N("Cooling degree days at the location")),
	[HWATT_EU_E_RES_TOT_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_res_tot_kwh", "E_RES-TOT", "kWh", 0, HWATT_N("Renewable energy")),
	[HWATT_EU_E_RES_GOO_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_res_goo_kwh", "E_RES-GOO", "kWh", 0, HWATT_N("Of it by cancelled guarantees of origin")),
	[HWATT_EU_E_RES_PPA_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_res_ppa_kwh", "E_RES-PPA", "kWh", 0, HWATT_N("Of it by power purchase agreements")),
	[HWATT_EU_E_RES_OS_KWH] = NUMBER(HWATT_EU_ANNEX2, "e_res_os_kwh", "E_RES-OS", "kWh", 0, HWATT_N("Of it generated on site")),
	[HWATT_EU_C_SERV] = NUMBER(HWATT_EU_ANNEX2, "c_serv", "C_SERV", "1", 0, HWATT_N("Performance of the servers, as declared")),
	[HWATT_EU_C_STOR_PB] = NUMBER(HWATT_EU_ANNEX2, "c_stor_pb", "C_STOR", "PB", 3, HWATT_N("Capacity of the storage equipment")),
	[HWATT_EU_BW_IN_BPS] = NUMBER(HWATT_EU_ANNEX2, "bw_in_bps", "B_IN", "bit/s", 0, HWATT_N("Bandwidth inwards")),
	[HWATT_EU_BW_OUT_BPS] = NUMBER(HWATT_EU_ANNEX2, "bw_out_bps", "B_OUT", "bit/s", 0, HWATT_N("Bandwidth outwards")),
	[HWATT_EU_DATA_IN_BYTES] = NUMBER(HWATT_EU_ANNEX2, "data_in_bytes", "T_IN", "By", 0, HWATT_N("Traffic inwards")),
	[HWATT_EU_DATA_OUT_BYTES] = NUMBER(HWATT_EU_ANNEX2, "data_out_bytes", "T_OUT", "By", 0, HWATT_N("Traffic outwards")),
	[HWATT_EU_PUE] = NUMBER(HWATT_EU_ANNEX3, "pue", "PUE", "1", 3, HWATT_N("Power usage effectiveness: E_DC / E_IT")),
	[HWATT_EU_WUE] = NUMBER(HWATT_EU_ANNEX3, "wue", "WUE", "m3/MWh", 3, HWATT_N("Water usage effectiveness: W_IN / E_IT")),
	[HWATT_EU_ERF] = NUMBER(HWATT_EU_ANNEX3, "erf", "ERF", "1", 3, HWATT_N("Energy reuse factor: E_REUSE / E_DC")),
	[HWATT_EU_REF] = NUMBER(HWATT_EU_ANNEX3, "ref", "REF", "1", 3, HWATT_N("Renewable energy factor: E_RES-TOT / E_DC")),
	[HWATT_EU_PUE_CLASS] = TEXT(HWATT_EU_LABELS, "pue_class", HWATT_N("Class of the PUE")),
	[HWATT_EU_WUE_CLASS] = TEXT(HWATT_EU_LABELS, "wue_class", HWATT_N("Class of the WUE")),
};

const struct hwatt_eu_field_info *hwatt_eu_field_info(enum hwatt_eu_field field)
{
	return &fields[field];
}

const char *hwatt_eu_status_name(enum hwatt_eu_status status)
{
	static const char *const names[HWATT_EU_STATUSES] = { "not_available", "measured", "estimated", "customer_reported", "not_reported" };
	return names[status];
}

const char *hwatt_eu_section_name(enum hwatt_eu_section section)
{
	static const char *const names[HWATT_EU_SECTIONS] = { "annex1", "annex2", "annex3", "labels" };
	return names[section];
}
