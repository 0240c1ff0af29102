# SPDX-License-Identifier: MIT
# The optional parts and the libraries they need. A part that is off leaves a library that says
# LIMPID_UNSUPPORTED where the part would be needed; without any part the library needs libc, libm and
# OpenMP alone. Sources see LIMPID_WITH_<PART> as 1 or 0: test it with #if, never with #ifdef.

# part, pkg-config module, Debian package, what it is for
set(limpid_part_rows
    "ZLIB zlib zlib1g-dev compressed IDX files"
    "PNG libpng libpng-dev PNG pictures"
    "JPEG libturbojpeg libturbojpeg0-dev JPEG pictures"
    "ONNX libprotobuf-c libprotobuf-c-dev ONNX models"
    "JSON jansson libjansson-dev safetensors files")

option(LIMPID_PARTS "Whether the optional parts are on unless said otherwise one by one" ON)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(PkgConfig)

set(limpid_parts)    # those that are on
set(limpid_modules)  # their pkg-config modules
set(limpid_part_definitions)
foreach(row IN LISTS limpid_part_rows)
    string(REGEX MATCH "^([^ ]+) ([^ ]+) ([^ ]+) (.+)$" row "${row}")
    set(part ${CMAKE_MATCH_1})
    set(module ${CMAKE_MATCH_2})
    set(package ${CMAKE_MATCH_3})
    option(LIMPID_WITH_${part} "${CMAKE_MATCH_4}, through ${module}" ${LIMPID_PARTS})
    if(NOT LIMPID_WITH_${part})
        list(APPEND limpid_part_definitions LIMPID_WITH_${part}=0)
        continue()
    endif()
    list(APPEND limpid_part_definitions LIMPID_WITH_${part}=1)
    if(PKG_CONFIG_FOUND)
        pkg_check_modules(LIMPID_${part} QUIET IMPORTED_TARGET ${module})
    endif()
    if(NOT LIMPID_${part}_FOUND)
        message(FATAL_ERROR "${module} was not found by pkg-config: install the package ${package} "
            "(and pkg-config), or configure with -DLIMPID_WITH_${part}=OFF.")
    endif()
    list(APPEND limpid_parts ${part})
    list(APPEND limpid_modules ${module})
endforeach()

if(LIMPID_WITH_ONNX)
    find_program(PROTOC_C protoc-c)
    if(NOT PROTOC_C)
        message(FATAL_ERROR "protoc-c was not found: install the package protobuf-c-compiler, or "
            "configure with -DLIMPID_WITH_ONNX=OFF.")
    endif()
endif()
