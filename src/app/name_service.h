/* Where a static program looks up names. */
#ifndef SHOAL_APP_NAME_SERVICE_H
#define SHOAL_APP_NAME_SERVICE_H

/* Has a static program look up names in files and by DNS. glibc would also load what nsswitch.conf
 * names, and these plug-ins belong to another version of glibc. Does nothing in any other program.
 */
void name_service_use_built_in(void);

#endif
