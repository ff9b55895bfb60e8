// id_token - checks an ID token (OpenID Connect Core 3.1.3.7) with the browser's own cryptography
// SPDX-License-Identifier: ISC
const decode = (text) => Uint8Array.from(
	atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const parse = (text) => JSON.parse(new TextDecoder().decode(decode(text)));

// How WebCrypto calls what JOSE calls alg: to import a key, and to verify.
const algorithms = {
	RS256: [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, { name: 'RSASSA-PKCS1-v1_5' }],
	PS256: [{ name: 'RSA-PSS', hash: 'SHA-256' }, { name: 'RSA-PSS', saltLength: 32 }],
	ES256: [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }],
	EdDSA: [{ name: 'Ed25519' }, { name: 'Ed25519' }],
};

async function checkSignature(app, token) {
	const [head, body, signature] = token.split('.');
	const { alg, kid } = parse(head);
	if (!Object.hasOwn(algorithms, alg))
		throw new Error(`the ID token is signed with ${alg}`);
	const { keys } = await (await fetch(app.op.jwks_uri, { cache: 'no-store' })).json();
	const jwk = keys.find((key) => key.kid === kid);
	if (!jwk)
		throw new Error('the key of the ID token is not published');
	const [use, verify] = algorithms[alg];
	const key = await crypto.subtle.importKey('jwk', { ...jwk, alg: undefined }, use, false, ['verify']);
	const signed = new TextEncoder().encode(`${head}.${body}`);
	if (!(await crypto.subtle.verify(verify, key, decode(signature), signed)))
		throw new Error('the signature of the ID token is wrong');
	return parse(body);
}

// The claims, or an exception. `nonce` is undefined where none was sent: after a refresh.
export async function checkIdToken(app, token, nonce) {
	const claims = await checkSignature(app, token);
	const now = Date.now() / 1000;
	const problem =
		claims.iss !== app.issuer ? 'is of another issuer' :
		![claims.aud].flat().includes(app.client_id) ? 'is for another client' :
		nonce !== undefined && claims.nonce !== nonce ? 'is not the one that was asked for (nonce)' :
		!(claims.exp > now) ? 'has expired' :
		!(claims.iat < now + 60) ? 'is from the future' : undefined;
	if (problem)
		throw new Error(`the ID token ${problem}`);
	return claims;
}
