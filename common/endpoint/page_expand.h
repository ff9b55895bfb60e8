/*
 * page_expand - the template language of page.h; private to page
 * SPDX-License-Identifier: ISC
 */
#ifndef ENDPOINT_PAGE_EXPAND_H
#define ENDPOINT_PAGE_EXPAND_H

#include "endpoint/page.h"

/* What {{>content}}, {{>style}} and {{>script}} stand for; the last two with their elements. Empty
 * within a page, so nothing can include itself. */
struct parts {
	struct str content;
	struct str style;
	struct str script;
};

/* Expands `text`: ERR_SYNTAX. */
MUST_USE enum err
page_write(const struct page *p, const struct parts *parts, struct str text, struct buf *out);

/* Whether every section of `text` is closed and none is too deep: ERR_SYNTAX. */
MUST_USE enum err page_check(struct str text);

/* Appends `s` so that it is text or an attribute's value and nothing else. */
void page_escape(struct buf *out, struct str s);

#endif
