#include "app/name_service.h"

#ifdef SHOAL_STATIC
#include <nss.h>
#endif

void name_service_use_built_in(void)
{
#ifdef SHOAL_STATIC
    (void)__nss_configure_lookup("hosts", "files dns");
    (void)__nss_configure_lookup("passwd", "files");
#endif
}
