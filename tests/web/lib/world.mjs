// world - the users, clients and APIs that most test files work with
// SPDX-License-Identifier: ISC
import { start } from './server.mjs';

export const alice = { username: 'alice', password: 'correct horse 1' };
export const bob = { username: 'bob', password: 'battery staple 2' };

// OpenID Connect Core 5.1: one value for each standard claim.
export const aliceClaims = {
	name: 'Alice Ann Arbor', given_name: 'Alice', family_name: 'Arbor', middle_name: 'Ann',
	nickname: 'Al', preferred_username: 'alice', profile: 'https://alice.example/',
	picture: 'https://alice.example/a.png', website: 'https://alice.example/blog',
	gender: 'female', birthdate: '1990-02-28', zoneinfo: 'Europe/Paris', locale: 'fr-FR',
	updated_at: 1700000000, email: 'alice@example.com', email_verified: true,
	phone_number: '+33123456789', phone_number_verified: false,
	address: { formatted: '1 rue A\nParis', street_address: '1 rue A', locality: 'Paris',
		postal_code: '75001', country: 'FR' },
};

export const api = 'https://api.example/';
export const otherApi = 'https://other.example/';

export const redirect = 'https://rp.example/cb';
const scopes = 'openid,profile,email,address,phone,offline_access,api.read,api.write,other.read';
const code = 'authorization_code,refresh_token';

const clients = {
	web: { token_endpoint_auth_method: 'none', grant_types: code },
	basic: { token_endpoint_auth_method: 'client_secret_basic', grant_types: code },
	post: { token_endpoint_auth_method: 'client_secret_post', grant_types: code },
	codeonly: { token_endpoint_auth_method: 'none', grant_types: 'authorization_code',
		scope: 'openid,profile,email,api.read' },
	asks: { token_endpoint_auth_method: 'none', grant_types: code, require_consent: true },
	nopkce: { token_endpoint_auth_method: 'client_secret_basic', grant_types: code,
		require_pkce: false },
	reference: { token_endpoint_auth_method: 'client_secret_basic', grant_types: code,
		access_token_type: 'reference' },
	service: { token_endpoint_auth_method: 'client_secret_basic',
		grant_types: 'client_credentials', scope: 'api.read,api.write,other.read' },
};

async function addClients(server, names) {
	const made = {};
	for (const name of names) {
		const fields = { require_consent: false, scope: scopes, ...clients[name] };
		if (fields.grant_types !== 'client_credentials')
			fields.redirect_uris ??= redirect;
		made[name] = await server.addClient(name, fields);
	}
	return made;
}

// An authority with Alice, Bob, two APIs and the clients that are named, or all.
// The result is the server; its .clients, .apis are what was added.
export async function world(options = {}) {
	const server = await start(options);
	for (const name of ['api.read', 'api.write', 'other.read'])
		await server.tessera('scope', 'add', name);
	server.apis = { api: await server.addResource(api, { scopes: 'api.read,api.write' }),
		other: await server.addResource(otherApi, { scopes: 'other.read' }) };
	server.clients = await addClients(server, options.clients ?? Object.keys(clients));
	server.users = { alice: await server.addUser(alice.username, alice.password, aliceClaims),
		bob: await server.addUser(bob.username, bob.password) };
	return server;
}
