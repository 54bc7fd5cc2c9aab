# Tests that are not cmocka programs: the floors, transcripts of a real console, labs, and live tests against independent programs. A test that cannot run here
# exits 77 ("skipped") after saying why; with NO_SKIP=1 it fails instead.

add_test(NAME floors COMMAND ${CMAKE_SOURCE_DIR}/tests/floors ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
set_tests_properties(floors PROPERTIES LABELS floors)
add_test(NAME program.alone COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/program_alone ${CMAKE_SOURCE_DIR})
set_tests_properties(program.alone PROPERTIES LABELS floors TIMEOUT 60)

file(GLOB transcripts CONFIGURE_DEPENDS transcript/*.in)
foreach(script ${transcripts})
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME transcript.${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/transcript/run $<TARGET_FILE:espial> ${script})
  set_tests_properties(transcript.${name} PROPERTIES LABELS transcript TIMEOUT 120)
endforeach()

file(GLOB live_tests CONFIGURE_DEPENDS live/test_*)
foreach(script ${live_tests})
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME live.${name} COMMAND ${script})
  set_tests_properties(live.${name} PROPERTIES LABELS live TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "ESPIAL=$<TARGET_FILE:espial>")
  if(name MATCHES "strongswan|interop|ansible|netmiko") # minutes: they begin first
    set_tests_properties(live.${name} PROPERTIES COST 100)
  endif()
endforeach()
set_tests_properties(live.test_flood PROPERTIES PROCESSORS 3) # of those that the Makefile plays at a time: it has all that a processor can do
set_tests_properties(live.test_strongswan_v2_collide PROPERTIES PROCESSORS 3) # charon's threads must keep step with each other

include(fuzz/fuzz.cmake)

# espial eem test and lint: samples and hand-written cases
file(GLOB offline_cases CONFIGURE_DEPENDS offline/*.case)
foreach(case ${offline_cases})
  get_filename_component(name ${case} NAME_WE)
  add_test(NAME offline.${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/offline/run $<TARGET_FILE:espial> ${case})
  set_tests_properties(offline.${name} PROPERTIES LABELS offline TIMEOUT 60)
endforeach()
add_test(NAME offline.sample COMMAND espial eem test flap.cfg --log flap.log --answers flap.session --year 2026
         WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/samples/applet-tests)
set_tests_properties(offline.sample PROPERTIES LABELS offline TIMEOUT 60)
add_test(NAME offline.loops COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/offline/loops $<TARGET_FILE:espial>)
set_tests_properties(offline.loops PROPERTIES LABELS offline TIMEOUT 120)
add_test(NAME offline.readers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/offline/readers $<TARGET_FILE:espial>)
set_tests_properties(offline.readers PROPERTIES LABELS offline TIMEOUT 120)
add_test(NAME offline.stream COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/offline/stream $<TARGET_FILE:espial> 24)
set_tests_properties(offline.stream PROPERTIES LABELS offline TIMEOUT 120)
add_custom_target(stream COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/offline/stream $<TARGET_FILE:espial> 1024 DEPENDS espial USES_TERMINAL VERBATIM)
