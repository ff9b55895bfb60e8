/*
 * browser - what we keep in the browser: the session cookie, and a token against forged forms
 * SPDX-License-Identifier: ISC
 *
 * Over https the names begin with __Host- (or __Secure- where the issuer has
 * a path), so no neighbour can plant them; SameSite is None there, because
 * clients send their users here from other sites, also by POST and in frames.
 * What that opens is closed by the form token: a random cookie whose value
 * each of our forms must repeat.
 */
#ifndef OAUTH_BROWSER_H
#define OAUTH_BROWSER_H

#include "model/session.h"
#include "model/user.h"
#include "oauth/error.h"

struct browser {
	bool signed_in;
	struct session_row session; /* both set when signed in */
	struct user user;
};

/* Who is signed in; nobody, when the session has ended or the user is gone or disabled. */
MUST_USE enum err browser_read(struct request *rq, struct browser *out);

/* Sets and takes back the session cookie. */
void browser_set_session(struct request *rq, struct str cookie);
void browser_clear_session(struct request *rq);

/* The form token for this browser: the cookie's, or a fresh one, whose cookie the answer then sets
 * by browser_set_csrf(). */
struct str browser_csrf(struct request *rq);
void browser_set_csrf(struct request *rq, struct str token);

/* Whether a posted form is ours: its token is the cookie's, and it does not come from another
 * origin. OK, or refuses. */
MUST_USE enum err browser_check_form(struct request *rq, struct str token);

#endif
