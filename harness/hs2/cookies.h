/**
 * The cookies of one server, as a client keeps them that talks to nobody else. Spark marks its own
 * as "Secure" on plain HTTP too, where a browser's rules would never send it back, so that every call
 * would log in anew: what came over this connection goes back over it.
 */
#ifndef DYNO_HS2_COOKIES_H
#define DYNO_HS2_COOKIES_H

#include <stdbool.h>
#include <stddef.h>

#define DYNO_COOKIES_BYTES 8192

struct dyno_cookies {
    char text[DYNO_COOKIES_BYTES]; /**< "name=value; name=value", as the Cookie header has it */
    size_t len;
};

/**
 * Take the value of one Set-Cookie header: a new cookie, another value for one that is there, or its
 * end (an empty value, Max-Age=0). False: nothing changed, as it is no cookie or there is no room.
 */
bool dyno_cookies_take(struct dyno_cookies *cookies, const char *header, size_t len);

#endif
