# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0

# hallwatt_folders(KIND): all folders here that have a CMakeLists.txt, each a KIND ("collector", "exporter") that it names in the
# global property HALLWATT_KINDS. The build writes the table of all of them, so that no shared file is edited for a new one.
function(hallwatt_folders kind)
	file(GLOB folders CONFIGURE_DEPENDS */CMakeLists.txt)
	foreach(file IN LISTS folders)
		get_filename_component(folder ${file} DIRECTORY)
		add_subdirectory(${folder})
	endforeach()
	string(TOUPPER ${kind} upper)
	get_property(names GLOBAL PROPERTY HALLWATT_${upper}S)
	set(declarations "")
	set(rows "")
	set(libraries "")
	foreach(name IN LISTS names)
		string(APPEND declarations "extern const struct hwatt_${kind} ${name}_${kind};\n")
		string(APPEND rows "\t&${name}_${kind},\n")
		list(APPEND libraries ${kind}_${name})
	endforeach()
	file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${kind}s.c CONTENT
"/* Written by the build: every folder of ${kind}s/. */
#include <hallwatt/${kind}.h>
${declarations}
const struct hwatt_${kind} *const hallwatt_${kind}s[] = {\n${rows}\tNULL\n};
")
	add_library(hallwatt_${kind}s STATIC ${CMAKE_CURRENT_BINARY_DIR}/${kind}s.c)
	target_link_libraries(hallwatt_${kind}s PUBLIC hallwatt_seam hallwatt_core ${libraries})
endfunction()
