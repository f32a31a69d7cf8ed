/* The reason phrases of status codes. */
#ifndef SHOAL_TEXT_HTTP_STATUS_H
#define SHOAL_TEXT_HTTP_STATUS_H

/* The phrase that IANA's registry of status codes has for `status` from 300 on (RFC 9110, RFC 4918,
 * RFC 6585 and others), such as "Not Found"; NULL for any other number. Static. */
const char *http_status_phrase(long status);

#endif
