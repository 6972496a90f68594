# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
#
# As a script (cmake -DINPUT=file -DOUTPUT=file.c -DNAME=symbol -P embed.cmake): writes the octets of a file as a C array, with a NUL
# after the last, and their count as symbol_size.
# Included: hallwatt_embed(TARGET NAME FILE [DEPENDS ...]) adds that to a target.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
	file(READ ${INPUT} octets HEX)
	string(REGEX REPLACE "(................................)" "\\1\n" octets "${octets}")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${octets}")
	file(WRITE ${OUTPUT} "/* Written by the build from a file. */\n#include <stddef.h>\n"
		"extern const unsigned char ${NAME}[];\nextern const size_t ${NAME}_size;\n"
		"const unsigned char ${NAME}[] = {\n${octets}\n0x00\n};\nconst size_t ${NAME}_size = sizeof(${NAME}) - 1;\n")
	return()
endif()

set(HALLWATT_EMBED ${CMAKE_CURRENT_LIST_FILE})
function(hallwatt_embed target name file)
	set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.c)
	add_custom_command(OUTPUT ${out}
		COMMAND ${CMAKE_COMMAND} -DINPUT=${file} -DOUTPUT=${out} -DNAME=${name} -P ${HALLWATT_EMBED}
		DEPENDS ${file} ${HALLWATT_EMBED} VERBATIM)
	target_sources(${target} PRIVATE ${out})
endfunction()
