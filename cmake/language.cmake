# SPDX-License-Identifier: MIT
# How every file of the project is compiled.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# a*b+c is two roundings wherever the code does not ask for one: what a compiler contracts by itself
# differs by compiler and level, and the same inputs are to give the same bits.
set(limpid_flags -ffp-contract=off)

set(limpid_warnings
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wundef -Wformat=2 -Wcast-qual -Wcast-align
    -Wno-missing-field-initializers)
if(LIMPID_WARNINGS_AS_ERRORS)
    list(APPEND limpid_warnings -Werror)
endif()

if(LIMPID_SANITIZE)
    list(APPEND limpid_flags -fsanitize=${LIMPID_SANITIZE} -fno-omit-frame-pointer
         -fno-sanitize-recover=all -g)
    add_link_options(-fsanitize=${LIMPID_SANITIZE})
endif()
add_compile_options(${limpid_flags})

# Gives a target of ours the project's warnings and include paths: "limpid.h", "room/room.h",
# "note/note.h".
function(limpid_ours target)
    target_compile_options(${target} PRIVATE ${limpid_warnings})
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE=)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src
        ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
    if(NOT LIMPID_ASSERTIONS)
        target_compile_definitions(${target} PRIVATE NDEBUG)
    endif()
endfunction()
