// agent - a browser without a screen: cookies, redirects by hand, forms
// SPDX-License-Identifier: ISC

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };

export const unescapeHtml = (text) =>
	text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name) => {
		if (name in entities)
			return entities[name];
		const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
		return Number.isNaN(code) ? whole : String.fromCodePoint(code);
	});

function attributes(tag) {
	const found = {};
	for (const [, name, , twice, once_, bare] of
		tag.matchAll(/([\w:-]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g))
		found[name.toLowerCase()] = unescapeHtml(twice ?? once_ ?? bare ?? '');
	return found;
}

// All elements of a name: [{ attributes, at }].
export function elements(html, name) {
	return [...html.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'gi'))]
		.map((match) => ({ ...attributes(match[1]), at: match.index }));
}

// The text of the element with that id, or undefined.
export function textOf(html, id) {
	const open = new RegExp(`<(\\w+)[^>]*\\sid=(?:"${id}"|'${id}'|${id}(?=[\\s>]))[^>]*>`, 'i').exec(html);
	if (!open)
		return undefined;
	const rest = html.slice(open.index + open[0].length);
	const end = rest.search(new RegExp(`</${open[1]}\\s*>`, 'i'));
	return unescapeHtml(rest.slice(0, end).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim());
}

export function forms(html, base) {
	return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => {
		const { action = base, method = 'get', ...rest } = attributes(head);
		return { ...rest, action: new URL(action, base).href, method: method.toLowerCase(),
			inputs: elements(body, 'input'), buttons: elements(body, 'button'), body };
	});
}

export class Page {
	constructor(url, response, text) {
		Object.assign(this, { url, text, status: response.status, headers: response.headers });
		this.location = response.headers.get('location') ?? undefined;
		this.isHtml = (response.headers.get('content-type') ?? '').startsWith('text/html');
	}

	// For messages of assertions.
	toString() {
		return `${this.status} ${this.url} ${this.location ?? ''} ${this.textOf('error') ?? ''} ${
			this.textOf('error-description') ?? this.textOf('problem') ?? ''}`;
	}

	get forms() {
		return forms(this.text, this.url);
	}

	has(id) {
		return new RegExp(`\\bid=["']?${id}["'\\s>]`).test(this.text);
	}

	textOf(id) {
		return textOf(this.text, id);
	}

	// The form that has a control with that id.
	formOf(id) {
		return this.forms.find((form) => form.id === id ||
			[...form.inputs, ...form.buttons].some((control) => control.id === id));
	}
}

export class Agent {
	cookies = new Map();

	constructor(origin) {
		this.origin = origin;
	}

	async open(url, { method = 'GET', form, headers = {} } = {}) {
		const target = new URL(url, this.origin);
		const init = { method, redirect: 'manual', headers: { accept: 'text/html', ...headers } };
		if (this.cookies.size > 0 && target.origin === this.origin)
			init.headers.cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
		if (form) {
			init.method = 'POST';
			init.body = new URLSearchParams(form);
			init.headers.origin ??= this.origin;
		}
		const response = await fetch(target, init);
		for (const line of response.headers.getSetCookie())
			this.keep(line);
		return new Page(target.href, response, await response.text());
	}

	keep(line) {
		const [pair, ...rest] = line.split(';').map((part) => part.trim());
		const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
		this.lastCookie = line;
		if (value === '' || rest.some((part) => /^max-age=0$/i.test(part)))
			this.cookies.delete(name);
		else
			this.cookies.set(name, value);
	}

	// Presses a button of a page: hidden and filled-in fields go with it. A list in `fields` says which
	// boxes of that name stay ticked.
	press(page, id, fields = {}) {
		const form = page.formOf(id);
		if (!form)
			throw new Error(`no control "${id}": ${page}`);
		const sent = [];
		for (const input of form.inputs) {
			const type = (input.type ?? 'text').toLowerCase();
			if (!input.name || type === 'submit' || 'disabled' in input)
				continue;
			if (Array.isArray(fields[input.name])) {
				if (fields[input.name].includes(input.value))
					sent.push([input.name, input.value]);
			} else if (input.name in fields) {
				sent.push([input.name, fields[input.name]]);
			} else if (!['checkbox', 'radio'].includes(type) || 'checked' in input) {
				sent.push([input.name, input.value ?? (type === 'checkbox' ? 'on' : '')]);
			}
		}
		const button = [...form.buttons, ...form.inputs].find((control) => control.id === id);
		if (button?.name)
			sent.push([button.name, button.value ?? '']);
		if (form.method === 'post')
			return this.open(form.action, { form: sent });
		const target = new URL(form.action);
		target.search = new URLSearchParams(sent).toString();
		return this.open(target);
	}

	// Opens a page and follows redirects within the issuer.
	async follow(page) {
		for (let hops = 0; hops < 10; hops++) {
			if (![301, 302, 303, 307, 308].includes(page.status) || !page.location)
				return page;
			const next = new URL(page.location, page.url);
			if (next.origin !== this.origin)
				return page;
			page = await this.open(next);
		}
		throw new Error(`redirects without end at ${page.url}`);
	}
}
