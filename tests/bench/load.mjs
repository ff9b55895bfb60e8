// load - many connections that ask and ask again; knows just enough of HTTP for that
// SPDX-License-Identifier: ISC
import net from 'node:net';

// One request as bytes. `form` makes it a POST.
export function bytes({ path, form, headers = {}, host }) {
	const body = form === undefined ? '' : new URLSearchParams(form).toString();
	const lines = [`${form === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`, `host: ${host}`];
	if (form !== undefined)
		lines.push('content-type: application/x-www-form-urlencoded', `content-length: ${body.length}`);
	for (const [name, value] of Object.entries(headers))
		lines.push(`${name}: ${value}`);
	return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export const basic = (id, secret) => ({ authorization: `Basic ${
	btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` });

// The first whole answer in `text`, or undefined: { status, head, body, rest }.
function cut(text) {
	const end = text.indexOf('\r\n\r\n');
	if (end < 0)
		return undefined;
	const head = text.slice(0, end);
	const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
	if (text.length < end + 4 + length)
		return undefined;
	return { status: Number(head.slice(9, 12)), head, body: text.slice(end + 4, end + 4 + length) };
}

// One connection: asks what next() gives, now or later, until that is undefined, hands each answer to
// got().
function converse(port, next, got) {
	return new Promise((resolve, reject) => {
		const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
		let text = '', asked;
		const ask = async () => {
			const request = await next();
			if (request === undefined) {
				socket.end();
				resolve();
				return;
			}
			text = '';
			asked = process.hrtime.bigint();
			socket.write(request);
		};
		socket.setEncoding('latin1');
		socket.on('connect', ask);
		socket.on('error', reject);
		socket.on('close', () => reject(new Error('the server closed a connection')));
		socket.on('data', (piece) => {
			text += piece;
			const answer = cut(text);
			if (!answer)
				return;
			try {
				got(answer, Number(process.hrtime.bigint() - asked) / 1e3);
			} catch (error) {
				reject(error);
				socket.destroy();
				return;
			}
			ask();
		});
	});
}

// Runs `connections` of them. subject: { next(connection) -> request or undefined, status, got(connection,
// answer) }. Gives the number of answers and their times in microseconds, in order.
export async function load(port, connections, subject) {
	const times = [];
	const wanted = subject.status ?? 200;
	const one = (connection) => converse(port, () => subject.next(connection), (answer, us) => {
		if (answer.status !== wanted)
			throw new Error(`${subject.name}: ${answer.status} ${answer.body}`);
		subject.got?.(connection, answer);
		times.push(us);
	});
	await Promise.all(Array.from({ length: connections }, (_, i) => one(i)));
	return times.sort((a, b) => a - b);
}
