# SPDX-License-Identifier: MIT
# The library and the command.
#
#   limpid         what is installed: liblimpid.a or liblimpid.so
#   limpid-inside  the same objects as an archive in which every function can be reached, for the command
#                  and the tests
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*/*.c)
file(GLOB isa_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/kernel/isa/*.c)
file(GLOB note_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/note/*.c)
file(GLOB command_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.c)

# ---- which instruction sets, and their flags --------------------------------------------------------

set(limpid_isas generic)
set(limpid_flags_generic)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    list(APPEND limpid_isas avx2 avx512)
    set(limpid_flags_avx2 -mavx2 -mfma)
    set(limpid_flags_avx512 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma
        -mprefer-vector-width=512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND limpid_isas neon)
    set(limpid_flags_neon)
endif()

# ---- objects ----------------------------------------------------------------------------------------

# Settings that every object of the library shares. LIMPID_SHARED marks the public functions as visible;
# all others are hidden, so an object serves in either kind of library.
add_library(limpid-settings INTERFACE)
target_compile_definitions(limpid-settings INTERFACE LIMPID_SHARED)
target_compile_definitions(limpid-settings INTERFACE ${limpid_part_definitions})
foreach(part IN LISTS limpid_parts)
    target_link_libraries(limpid-settings INTERFACE PkgConfig::LIMPID_${part})
endforeach()
foreach(isa IN LISTS limpid_isas)
    target_compile_definitions(limpid-settings INTERFACE LIMPID_HAVE_${isa})
endforeach()
target_link_libraries(limpid-settings INTERFACE OpenMP::OpenMP_C)

set(limpid_all_objects)
function(limpid_objects name)
    add_library(${name} OBJECT ${ARGN})
    limpid_ours(${name})
    target_link_libraries(${name} PRIVATE limpid-settings)
    set(limpid_all_objects ${limpid_all_objects} $<TARGET_OBJECTS:${name}> PARENT_SCOPE)
endfunction()

limpid_objects(limpid-rooms ${sources})
limpid_objects(limpid-note ${note_sources})

# One source, compiled once for each instruction set.
foreach(isa IN LISTS limpid_isas)
    limpid_objects(limpid-kernel-${isa} ${isa_sources})
    target_compile_definitions(limpid-kernel-${isa} PRIVATE LIMPID_ISA=${isa})
    target_compile_options(limpid-kernel-${isa} PRIVATE ${limpid_flags_${isa}})
endforeach()

# The ONNX schema: protoc-c turns src/format/onnx.proto into "onnx.pb-c.h" and its source, which is not
# ours to warn about.
if(LIMPID_WITH_ONNX)
    set(generated ${PROJECT_BINARY_DIR}/generated)
    file(MAKE_DIRECTORY ${generated})
    add_custom_command(
        OUTPUT ${generated}/onnx.pb-c.c ${generated}/onnx.pb-c.h
        COMMAND ${PROTOC_C} --c_out=${generated} --proto_path=${PROJECT_SOURCE_DIR}/src/format
                onnx.proto
        DEPENDS ${PROJECT_SOURCE_DIR}/src/format/onnx.proto
        COMMENT "Generating onnx.pb-c.c" VERBATIM)
    add_library(limpid-schema OBJECT ${generated}/onnx.pb-c.c ${generated}/onnx.pb-c.h)
    target_link_libraries(limpid-schema PRIVATE limpid-settings)
    list(APPEND limpid_all_objects $<TARGET_OBJECTS:limpid-schema>)
    target_include_directories(limpid-settings SYSTEM INTERFACE ${generated})
    add_dependencies(limpid-rooms limpid-schema)
endif()

# ---- libraries --------------------------------------------------------------------------------------

# What a program needs besides the library itself: only a static one hands it on.
set(limpid_needs OpenMP::OpenMP_C m)
foreach(part IN LISTS limpid_parts)
    list(APPEND limpid_needs PkgConfig::LIMPID_${part})
endforeach()

add_library(limpid ${limpid_all_objects})
add_library(limpid::limpid ALIAS limpid)
set_target_properties(limpid PROPERTIES LINKER_LANGUAGE C VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR})
target_include_directories(limpid PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(limpid PRIVATE ${limpid_needs})

if(BUILD_SHARED_LIBS)
    add_library(limpid-inside STATIC ${limpid_all_objects})
    set_target_properties(limpid-inside PROPERTIES LINKER_LANGUAGE C)
    target_link_libraries(limpid-inside PRIVATE ${limpid_needs})
else()
    add_library(limpid-inside ALIAS limpid)
endif()

# ---- the command ------------------------------------------------------------------------------------

if(LIMPID_COMMAND)
    add_executable(limpid-command ${command_sources})
    set_target_properties(limpid-command PROPERTIES OUTPUT_NAME limpid)
    limpid_ours(limpid-command)
    target_link_libraries(limpid-command PRIVATE limpid-inside limpid-settings)
endif()
