/*
 * privilege - what a program may have done for it by the helpers
 * SPDX-License-Identifier: ISC
 *
 * It is its row (struct endpoint), so who serves the web under the name of
 * another program gets what that one may, and no more.
 */
#ifndef MODEL_PRIVILEGE_H
#define MODEL_PRIVILEGE_H

struct privilege {
	const char *name;   /* of the program; in a table, NULL is the end */
	const char *writes; /* classes of keys it puts and deletes (enum key_class); NULL: none */
	unsigned signs;	    /* what it has signed: SIGNS() of each enum sign_purpose */
};

#define SIGNS(purpose) (1U << (purpose))

#endif
