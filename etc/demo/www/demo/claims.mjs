// claims - claims and tokens as rows to read: [name, value, explanation]
// SPDX-License-Identifier: ISC
const times = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at']);

const meaning = {
	iss: 'who issued it', sub: 'who the user is, for good', aud: 'for whom it is',
	exp: 'until when it is valid', iat: 'when it was issued', auth_time: 'when the user signed in',
	nonce: 'ties it to the request of this tab', sid: 'the session at the issuer',
	at_hash: 'ties it to the access token', amr: 'how the user signed in',
	acr: 'how sure that is', azp: 'who asked for it', jti: 'its own identifier',
};

function text(name, value) {
	if (times.has(name))
		return new Date(value * 1000).toLocaleString();
	if (Array.isArray(value))
		return value.join(', ');
	if (typeof value !== 'object' || value === null)
		return String(value);
	return value.formatted ?? Object.values(value).join('\n');
}

export const claimRows = (claims) => Object.entries(claims)
	.map(([name, value]) => [name, text(name, value), meaning[name]]);

export function tokenRows(tokens) {
	const until = new Date(tokens.at + tokens.expires_in * 1000);
	return [
		['access token', `${tokens.token_type}, until ${until.toLocaleTimeString()}`,
			tokens.access_token.split('.').length === 3 ? 'a JWT' : 'a reference: the issuer knows what it means'],
		['refresh token', tokens.refresh_token ? 'yes' : 'no', tokens.refresh_token && 'a new one with each use'],
		['scope', tokens.scope ?? '', 'what was granted'],
	];
}
