/*
 * page - pages for people: templates an operator can replace, escaping, security headers
 * SPDX-License-Identifier: ISC
 *
 * A page is `<name>.html` of the templates directory, put into the frame of
 * layout.html together with style.css. In a template
 *
 *	{{name}}		is a value, escaped; an unknown one is empty
 *	{{#name}}...{{/name}}	is there when the value is not empty, or the list has items
 *	{{^name}}...{{/name}}	is there when it is
 *	{{*name}}...{{/name}}	is repeated for each item of a list, whose values hide those outside
 *	{{=name}}...{{/name}}	in a page, is what layout.html puts in place of {{>name}}
 *	{{! ... }}		is a comment
 *
 * and layout.html has {{>content}}, {{>style}} and {{>script}} besides. No
 * template can make a value unescaped. The values each page is given stand at
 * the top of its template.
 *
 *	page_begin(&page, rq, "login");
 *	page_set(&page, "client", client->client_name);
 *	item = page_item(&page, "scopes");
 *	page_item_set(&page, item, "name", scope->name);
 *	return page_send(&page, 200);
 */
#ifndef ENDPOINT_PAGE_H
#define ENDPOINT_PAGE_H

#include "http/reply.h"

#define PAGE_MAX ((size_t)524288) /* bytes of a page */

struct page_value {
	const char *name;
	struct str value;
	struct page_value *next;
};

struct page_item {
	struct page_value *values;
	struct page_item *next;
};

struct page_list {
	const char *name;
	struct page_item *first, *last;
	struct page_list *next;
};

/* All of it is the request's arena's. */
struct page {
	struct request *rq;
	const char *name;
	struct page_value *values;
	struct page_list *lists;
	struct str script; /* an inline script, allowed by its hash; empty: none */
	bool wide_images;  /* images from https: are allowed (client logos) */
};

/* Loads every template and the style sheet of a directory; kept for the life of the process.
 * ERR_NOTFOUND or ERR_SYNTAX (an unclosed section) with *which naming the file. */
MUST_USE enum err page_load(const char *directory, struct str *which);

/* Starts a page from a template, with "issuer" and "title" of the authority set where known. */
void page_begin(struct page *p, struct request *rq, const char *name);

/* Sets a value for {{name}}, which must live as long as the request; a later one hides it. */
void page_set(struct page *p, const char *name, struct str value);

/* The same for a link: set only when it is an http or https URL. */
void page_set_link(struct page *p, const char *name, struct str url);

/* A new item at the end of the list for {{*list}}, and its values. */
struct page_item *page_item(struct page *p, const char *list);
void page_item_set(struct page *p, struct page_item *item, const char *name, struct str value);

/* Makes the answer, with a Content-Security-Policy of hashes, no framing, no referrer, no-store.
 * There is no form-action: browsers would block the last redirect to the client. ERR_FULL over
 * PAGE_MAX; a template that was not loaded is a bug(). */
MUST_USE enum err page_send(struct page *p, int status);

/* Expands one template text with the page's values: ERR_SYNTAX for an unclosed section or one too
 * deep. For tests and fuzzing. */
MUST_USE enum err page_expand(const struct page *p, struct str text, struct buf *out);

#endif
