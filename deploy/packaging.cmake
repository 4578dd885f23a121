# Packages of a release build: `cpack --config build/release/CPackConfig.cmake` makes a .deb and a .tar.gz
# with both programs, libtocsin, the manuals, the unit and the example configuration.
install(FILES ${PROJECT_SOURCE_DIR}/deploy/systemd/tocsind.service DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/deploy/tocsind.example.yaml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tocsin)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tocsin
  RENAME copyright)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME tocsin)
set(CPACK_PACKAGE_VENDOR tocsin)
set(CPACK_PACKAGE_CONTACT "tocsin maintainers <maintainers@tocsin.dev>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Alert pipeline for AI red-team findings on Kafka")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, tzdata")
include(CPack)
