/*
 * page - pages for people: templates, values, security headers (CSP Level 3)
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <stdio.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/secret.h"
#include "endpoint/page_expand.h"
#include "schema/authority.h"

#define FILE_MAX 65536 /* bytes of a template */

enum {
	LAYOUT,
	STYLE,
	LOGIN,
	CONSENT,
	LOGOUT,
	SIGNED_OUT,
	ERROR,
	FORM_POST,
	STAY,
	FILE__MAX
};

static const char *const names[FILE__MAX] = {
	[LAYOUT] = "layout.html",
	[STYLE] = "style.css",
	[LOGIN] = "login.html",
	[CONSENT] = "consent.html",
	[LOGOUT] = "logout.html",
	[SIGNED_OUT] = "signed_out.html",
	[ERROR] = "error.html",
	[FORM_POST] = "form_post.html",
	[STAY] = "stay.html",
};

struct templates {
	struct arena *arena;
	struct str text[FILE__MAX];
	struct str style; /* as an element */
	struct str style_hash;
};

static struct templates loaded;

static struct str
csp_hash(struct arena *a, struct str text)
{
	return arena_printf(a, "'sha256-%.*s'", STR_FMT(enc_b64(a, hash_of(a, text))));
}

static enum err
read_file(struct templates *t, struct arena *a, const char *directory, int i)
{
	char *p = arena_alloc(a, FILE_MAX);
	struct str path = arena_printf(a, "%s/%s", directory, names[i]);
	FILE *f = fopen(arena_z(a, path), "re");
	bool failed;
	size_t n;

	if (f == NULL)
		return ERR_NOTFOUND;
	n = fread(p, 1, FILE_MAX, f);
	failed = ferror(f) != 0;
	(void)fclose(f);
	if (failed || n == 0)
		return ERR_NOTFOUND;
	if (n == FILE_MAX)
		return ERR_SYNTAX;
	t->text[i] = arena_bytes(t->arena, p, n);
	return OK;
}

static enum err
load_file(struct templates *t, struct arena *a, const char *directory, int i)
{
	enum err e = read_file(t, a, directory, i);

	if (e != OK || i == STYLE)
		return e;
	return page_check(t->text[i]);
}

enum err
page_load(const char *directory, struct str *which)
{
	struct arena *scratch = arena_new(ARENA_CEILING);
	struct templates t = { .arena = arena_new(ARENA_CEILING) };
	enum err e = OK;
	int i;

	for (i = 0; e == OK && i < FILE__MAX; i++) {
		e = load_file(&t, scratch, directory, i);
		*which = str_of(names[i]);
	}
	arena_free(scratch);
	if (e != OK) {
		arena_free(t.arena);
		return e;
	}
	t.style = arena_printf(t.arena, "<style>%.*s</style>", STR_FMT(t.text[STYLE]));
	t.style_hash = csp_hash(t.arena, t.text[STYLE]);
	arena_free(loaded.arena);
	loaded = t;
	return OK;
}

/* The index of a page's template. */
static int
find_page(const char *name)
{
	struct str file;
	int i;

	for (i = LOGIN; i < FILE__MAX; i++) {
		file = str_of(names[i]);
		file.n -= sizeof(".html") - 1;
		if (str_eqz(file, name))
			return i;
	}
	bug("no page is called %s", name);
}

void
page_begin(struct page *p, struct request *rq, const char *name)
{
	*p = (struct page){ .rq = rq, .name = name };
	if (rq->authority == NULL)
		return;
	page_set(p, "issuer", rq->authority->issuer);
	page_set(p, "title", rq->authority->title);
}

static void
put_value(struct arena *a, struct page_value **list, const char *name, struct str value)
{
	struct page_value *v = arena_alloc(a, sizeof(*v));

	*v = (struct page_value){ name, value, *list };
	*list = v;
}

void
page_set(struct page *p, const char *name, struct str value)
{
	put_value(p->rq->arena, &p->values, name, value);
}

/* Others, such as javascript:, would run in our origin at a click. */
void
page_set_link(struct page *p, const char *name, struct str url)
{
	struct str scheme, rest;

	if (!str_cut(url, ':', &scheme, &rest))
		return;
	if (str_ieq(scheme, STR("https")) || str_ieq(scheme, STR("http")))
		page_set(p, name, url);
}

static struct page_list *
get_list(struct page *p, const char *name)
{
	struct page_list *list;

	for (list = p->lists; list != NULL; list = list->next)
		if (str_eqz(str_of(list->name), name))
			return list;
	list = arena_alloc(p->rq->arena, sizeof(*list));
	*list = (struct page_list){ .name = name, .next = p->lists };
	p->lists = list;
	return list;
}

struct page_item *
page_item(struct page *p, const char *name)
{
	struct page_list *list = get_list(p, name);
	struct page_item *item = arena_alloc(p->rq->arena, sizeof(*item));

	if (list->last == NULL)
		list->first = item;
	else
		list->last->next = item;
	list->last = item;
	return item;
}

void
page_item_set(struct page *p, struct page_item *item, const char *name, struct str value)
{
	put_value(p->rq->arena, &item->values, name, value);
}

enum err
page_expand(const struct page *p, struct str text, struct buf *out)
{
	const struct parts none = { .style = { 0 } };

	return page_write(p, &none, text, out);
}

/* Nothing but what is in the page may run, style it or be loaded, and nobody may frame it. */
static void
set_headers(struct page *p)
{
	struct buf b;

	buf_init(&b, p->rq->arena, 1024);
	buf_printf(&b, "default-src 'none'; style-src %.*s; img-src 'self' data:%s",
		STR_FMT(loaded.style_hash), p->wide_images ? " https:" : "");
	if (p->script.n > 0)
		buf_printf(&b, "; script-src %.*s", STR_FMT(csp_hash(p->rq->arena, p->script)));
	buf_add(&b, STR("; frame-ancestors 'none'; base-uri 'none'"));
	reply_header(p->rq, "Content-Security-Policy", buf_str(&b));
	reply_header(p->rq, "X-Frame-Options", STR("DENY"));
	/* Nothing to others. With no-referrer browsers call the origin of our own forms "null". */
	reply_header(p->rq, "Referrer-Policy", STR("same-origin"));
}

enum err
page_send(struct page *p, int status)
{
	struct arena *a = p->rq->arena;
	struct parts parts = { loaded.text[find_page(p->name)], loaded.style, { 0 } };
	struct str html;
	struct buf b;
	enum err e;

	if (loaded.style.n == 0)
		bug("no templates are loaded");
	if (p->script.n > 0)
		parts.script = arena_printf(a, "<script>%.*s</script>", STR_FMT(p->script));
	buf_init(&b, a, PAGE_MAX);
	e = page_write(p, &parts, loaded.text[LAYOUT], &b);
	if (e == OK)
		e = buf_end(&b, &html);
	if (e == OK)
		e = reply_body(p->rq, status, "text/html; charset=utf-8", html);
	if (e == OK)
		set_headers(p);
	return e;
}
