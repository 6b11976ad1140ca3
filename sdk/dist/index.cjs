Object.defineProperties(exports, {
	__esModule: { value: true },
	[Symbol.toStringTag]: { value: "Module" }
});
//#region src/browser.ts
/** The window of a page; null on servers and in workers. */
function currentPage() {
	return typeof window === "undefined" || typeof window.document === "undefined" ? null : window;
}
/** Whether this code was sent to somebody's browser, where nothing is secret: a page or a worker of one. */
function isBrowser() {
	const agent = typeof navigator === "undefined" ? void 0 : navigator.userAgent;
	return currentPage() !== null || agent?.startsWith("Mozilla/") === true;
}
/** An address with the page's origin before it, if it has none. On a server it stays as it is. */
function absoluteUrl(url) {
	const page = currentPage();
	if (!page || /^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
	return new URL(url, page.location.origin).toString().replace("%7BCHECKOUT_SESSION_ID%7D", "{CHECKOUT_SESSION_ID}");
}
//#endregion
//#region src/errors.ts
const BRAND = Symbol.for("dream-sdk.exception");
/**
* What every call of this client throws.
*
* @example
* ```ts
* try {
*   await api.usage.track();
* } catch (error) {
*   if (error instanceof TierLimitException) showUpgrade(error.upgradeUrl);
*   else throw error;
* }
* ```
*/
var DreamAPIException = class extends Error {
	/** The HTTP status; 0 if there was no answer. */
	status;
	/** The `error` member of the body, in words: `Tier limit reached`. To decide, use `errorCode`. */
	code;
	/** Stable, for programs: `tier_limit_reached`. */
	errorCode;
	/** Names the call in the log of the server. */
	requestId;
	/** Seconds to wait before trying again, if the server said so. */
	retryAfter;
	/** The fields that are wrong; empty for other errors. */
	fields;
	/** The whole body, with the members that only some errors have. */
	body;
	constructor(error, status = 500, { retryAfter, cause } = {}) {
		super(error.message, cause === void 0 ? void 0 : { cause });
		this.name = "DreamAPIException";
		this.status = status;
		this.code = error.error;
		this.errorCode = error.code ?? "internal";
		this.requestId = error.requestId;
		this.retryAfter = retryAfter;
		this.fields = Array.isArray(error.errors) ? error.errors : [];
		this.body = { ...error };
		Object.defineProperty(this, BRAND, { value: true });
	}
};
/** 401: a key or token is missing, wrong or past its end. */
var AuthenticationException = class extends DreamAPIException {};
/** 403: who calls is known and may not do this. */
var PermissionException = class extends DreamAPIException {};
/** 403 `tier_limit_reached`: the user has used what the plan allows. */
var TierLimitException = class extends PermissionException {
	/** Used in this period. */
	get count() {
		return Number(this.body.count);
	}
	/** The most that may be used in this period. */
	get limit() {
		return Number(this.body.limit);
	}
	/** The plan the limit comes from. */
	get plan() {
		return String(this.body.plan);
	}
	/** When the next period begins, as an ISO time; none for a limit that holds for a lifetime. */
	get resetsAt() {
		return text(this.body.resetsAt);
	}
	/** Where to upgrade, if the project has set it. */
	get upgradeUrl() {
		return text(this.body.upgradeUrl);
	}
};
/** 404: there is nothing under this id or address, or it is not yours. */
var NotFoundException = class extends DreamAPIException {};
/** 409: it does not fit the present state. */
var ConflictException = class extends DreamAPIException {};
/** 400, 413, 415 or 422: something about the request is wrong; `fields` says what. */
var ValidationException = class extends DreamAPIException {};
/** 429: too many calls; `retryAfter` says how long to wait. */
var RateLimitException = class extends DreamAPIException {};
/** 5xx: the server could not do it. */
var ServerException = class extends DreamAPIException {};
/** There was no answer; `cause` is what failed. */
var ConnectionException = class extends DreamAPIException {
	constructor(cause, message = "The server could not be reached.", code = "connection_failed") {
		super({
			error: "Connection failed",
			message,
			code
		}, 0, { cause });
	}
};
/** There was no whole answer in time. */
var TimeoutException = class extends ConnectionException {
	constructor(timeoutMs, cause) {
		super(cause, `The server did not answer within ${timeoutMs} ms.`, "timeout");
	}
};
/**
* Whether something is an exception of this client, of any copy of it; with a code, only that one.
*
* @example
* ```ts
* if (isDreamAPIException(error, 'email_taken')) showMessage('This address has an account.');
* ```
*/
function isDreamAPIException(error, code) {
	if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
	return code === void 0 || error.errorCode === code;
}
/** The exception of an answer of the server. */
function exceptionOf(body, status, circumstances = {}) {
	const error = errorOf(body, status);
	return new (classOf(error.code, status))(error, status, circumstances);
}
function classOf(code, status) {
	if (code === "tier_limit_reached") return TierLimitException;
	if (status === 401) return AuthenticationException;
	if (status === 403) return PermissionException;
	if (status === 404) return NotFoundException;
	if (status === 409) return ConflictException;
	if (status === 429) return RateLimitException;
	if ([
		400,
		413,
		415,
		422
	].includes(status)) return ValidationException;
	return status >= 500 ? ServerException : DreamAPIException;
}
/** A proxy in between may answer with a page, or with JSON that is not ours. */
function errorOf(body, status) {
	const found = typeof body === "object" && body !== null ? body : {};
	const error = text(found.error) ?? "Invalid response";
	const answer = status === 0 || status >= 300 && status < 400 ? "a redirect" : `${status} and no JSON of ours`;
	const message = text(found.message) ?? `The server answered ${answer}. Is baseUrl the address of dream-api?`;
	return {
		...found,
		error,
		message,
		status,
		code: text(found.code) ?? "invalid_response"
	};
}
function text(value) {
	return typeof value === "string" && value !== "" ? value : void 0;
}
//#endregion
//#region src/random.ts
/** So many random bytes. Throws where the platform has no cryptography. */
function randomBytes(count) {
	return platformCrypto().getRandomValues(new Uint8Array(count));
}
/** A key that names one request: 32 characters that no other request has. */
function requestKey() {
	return base64url(globalThis.crypto ? randomBytes(24) : Uint8Array.from({ length: 24 }, () => Math.random() * 256));
}
/** The SHA-256 of a text, as base64url. Throws on pages that are not secure. */
async function sha256(text) {
	const { subtle } = platformCrypto();
	if (!subtle) throw new Error("DreamAPI: signing in needs a secure page: https, or http on localhost or 127.0.0.1");
	return base64url(new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
function platformCrypto() {
	if (!globalThis.crypto) throw new Error("DreamAPI: signing in needs Web Crypto: a browser, or Node.js 20 or newer");
	return globalThis.crypto;
}
/** Bytes as base64url without padding. */
function base64url(bytes) {
	const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
	return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
//#endregion
//#region src/auth/pkce.ts
/** A secret that proves, when the code comes back, who asked for it: 43 characters (RFC 7636, 4.1). */
function newVerifier() {
	return base64url(randomBytes(32));
}
/** What may be told of a verifier: the base64url of its SHA-256 (RFC 7636, 4.2, method S256). */
function challengeOf(verifier) {
	return sha256(verifier);
}
//#endregion
//#region src/auth/storage.ts
/**
* Keeps a sign-in until the page or process ends.
*
* @example
* ```ts
* const api = new DreamAPI({ publishableKey, storage: memoryStorage() });
* ```
*/
function memoryStorage() {
	const items = /* @__PURE__ */ new Map();
	return {
		getItem: (key) => items.get(key) ?? null,
		setItem: (key, value) => void items.set(key, value),
		removeItem: (key) => void items.delete(key)
	};
}
/** `localStorage` where the browser allows it, else memory. */
function defaultStorage() {
	return pageStorage("localStorage") ?? memoryStorage();
}
/** A storage of the page; null on servers and where the browser forbids it. */
function pageStorage(name) {
	try {
		const storage = currentPage()?.[name];
		storage?.setItem("dream_probe", "1");
		storage?.removeItem("dream_probe");
		return storage ?? null;
	} catch {
		return null;
	}
}
//#endregion
//#region src/auth/flows.ts
const STATE_PREFIX = "dream.";
const KEY_PREFIX = "dream_flow_";
const LIFETIME_MS = 3600 * 1e3;
/** Begins a flow and keeps it in this browser. `now` is in milliseconds. Throws if the browser keeps nothing. */
function beginFlow(now) {
	const storage = flowStorage();
	if (!storage) throw new Error("DreamAPI: signing in needs a page whose browser allows it storage");
	removeOld(storage, now);
	const flow = {
		state: STATE_PREFIX + base64url(randomBytes(32)),
		verifier: newVerifier()
	};
	storage.setItem(KEY_PREFIX + flow.state, JSON.stringify({
		verifier: flow.verifier,
		startedAt: now
	}));
	return flow;
}
/** Whether a state is one of ours. */
function isOurState(state) {
	return state?.startsWith(STATE_PREFIX) === true;
}
/** The verifier of a flow that was begun in this browser, once; null if there is none. */
function takeVerifier(state, now) {
	const storage = flowStorage();
	const kept = parsed$1(storage?.getItem(KEY_PREFIX + state));
	storage?.removeItem(KEY_PREFIX + state);
	return kept && now - kept.startedAt < LIFETIME_MS ? kept.verifier : null;
}
/**
* Not that of the tab if it can be helped: the link in a mail opens another tab, and the sign-in that was
* begun in this browser must be able to end there.
*/
function flowStorage() {
	return pageStorage("localStorage") ?? pageStorage("sessionStorage");
}
function removeOld(storage, now) {
	const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
	for (const key of keys.filter((key) => key.startsWith(KEY_PREFIX))) {
		const kept = parsed$1(storage.getItem(key));
		if (!kept || now - kept.startedAt >= LIFETIME_MS) storage.removeItem(key);
	}
}
function parsed$1(text) {
	try {
		const { verifier, startedAt } = JSON.parse(text ?? "{}");
		return typeof verifier === "string" && typeof startedAt === "number" ? {
			verifier,
			startedAt
		} : null;
	} catch {
		return null;
	}
}
//#endregion
//#region src/auth/address.ts
/** What the page's address carries for us; null if nothing. */
function returned() {
	const params = new URLSearchParams(currentPage()?.location.search);
	const [code, state, token] = [
		params.get("code"),
		params.get("state"),
		params.get(TOKEN)
	];
	if (code && isOurState(state)) return {
		kind: "code",
		code,
		state
	};
	return token ? {
		kind: "token",
		token
	} : null;
}
/** Takes what was returned out of the address. Everything else stays as it was written, the hash too. */
function cleanAddress({ kind }) {
	const page = currentPage();
	if (!page) return;
	const ours = kind === "code" ? [
		"code",
		"state",
		TOKEN
	] : [TOKEN];
	const { pathname, search, hash } = page.location;
	const kept = search.slice(1).split("&").filter((pair) => pair !== "" && !ours.includes(decoded(pair.split("=")[0] ?? "")));
	const query = kept.length > 0 ? `?${kept.join("&")}` : "";
	page.history.replaceState(page.history.state, "", pathname + query + hash);
}
const TOKEN = "__clerk_jwt";
function decoded(name) {
	try {
		return decodeURIComponent(name);
	} catch {
		return name;
	}
}
//#endregion
//#region src/retry.ts
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 3e4;
/**
* How long to wait before trying again, in milliseconds; null if trying again is of no use.
* `tried` counts the tries so far, `random` is from 0 up to 1.
*/
function waitBeforeRetry(error, tried, random) {
	if (!mayPass(error)) return null;
	const span = FIRST_WAIT_MS * 2 ** (tried - 1);
	if (error.retryAfter === void 0) return span / 2 + span / 2 * random;
	const asked = error.retryAfter * 1e3;
	return asked > LONGEST_WAIT_MS ? null : asked + span * random;
}
/** No answer, or one that says "later". */
function mayPass(error) {
	return error instanceof ConnectionException || error.status === 429 || error.status === 503;
}
/** Seconds of a `Retry-After` header: a number, or a date. `now` is in milliseconds. */
function retryAfterOf(header, now) {
	const value = header?.trim();
	if (!value) return void 0;
	if (/^\d+$/.test(value)) return Number(value);
	const date = Date.parse(value);
	return Number.isNaN(date) ? void 0 : Math.max(0, Math.ceil((date - now) / 1e3));
}
/** Waits; ends early with the signal's reason if it is aborted. */
function sleep(ms, signal) {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener("abort", stop);
			resolve();
		}, ms);
		if (signal?.aborted) stop();
		else signal?.addEventListener("abort", stop, { once: true });
	});
}
//#endregion
//#region src/auth/session.ts
const RENEW_BEFORE_MS = 3e4;
/** The sign-in of a grant that just came. */
function sessionOf(grant, now) {
	const endsAt = now + (lifetimeOf(grant.token) ?? grant.expiresAt - now);
	return {
		user: grant.user,
		token: grant.token,
		renewAt: Math.max(endsAt - RENEW_BEFORE_MS, now + (endsAt - now) / 2),
		endsAt,
		refresh: {
			token: grant.refreshToken,
			endsAt: grant.refreshExpiresAt
		}
	};
}
/** The sign-in of a token that came in the address; null if it is past its end or of another project. */
function sessionOfToken(token, publishableKey, now) {
	const claims = claimsOf(token);
	if (!claims || typeof claims.exp !== "number" || typeof claims.sub !== "string") return null;
	const metadata = claims.publicMetadata ?? {};
	const user = {
		id: claims.sub,
		email: String(claims.email ?? ""),
		plan: String(claims.plan ?? metadata.plan ?? "free"),
		publishableKey: String(claims.publishableKey ?? metadata.publishableKey ?? "")
	};
	const endsAt = claims.exp * 1e3;
	return endsAt > now && user.publishableKey === publishableKey ? {
		user,
		token,
		renewAt: endsAt,
		endsAt
	} : null;
}
/** Whether somebody is still signed in by this. */
function isAlive(session, now) {
	return now < (session.refresh?.endsAt ?? session.endsAt);
}
/** A sign-in from storage; null if there is none or it cannot be read. */
function sessionFrom(text) {
	try {
		const found = JSON.parse(text ?? "null");
		return found && typeof found.token === "string" && typeof found.user?.id === "string" ? found : null;
	} catch {
		return null;
	}
}
/** How long an access token lives, by the server's clock alone, since that of this machine may be wrong. */
function lifetimeOf(token) {
	const { exp, iat } = claimsOf(token) ?? {};
	return typeof exp === "number" && typeof iat === "number" ? (exp - iat) * 1e3 : null;
}
/** What a token says; who believes it must have it from the server. */
function claimsOf(token) {
	try {
		const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
		const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
		const claims = JSON.parse(new TextDecoder().decode(bytes));
		return typeof claims === "object" ? claims : null;
	} catch {
		return null;
	}
}
//#endregion
//#region src/auth/keeper.ts
const IN_FLIGHT_TRIES = 5;
const IN_FLIGHT_WAIT_MS = 300;
/** Keeps one sign-in: in memory, in storage, fresh, and alike in all tabs. */
var SessionKeeper = class {
	#http;
	#storage;
	#key;
	#listeners = /* @__PURE__ */ new Set();
	#session = null;
	#renewal = null;
	constructor(http, storage, publishableKey) {
		this.#http = http;
		this.#storage = storage;
		this.#key = `dream_session_${publishableKey ?? ""}`;
		http.setTokenSource(this);
	}
	/** The sign-in that holds; null if there is none. */
	session() {
		return this.#session && isAlive(this.#session, Date.now()) ? this.#session : null;
	}
	/** Takes up what is in storage, and follows the other tabs from now on. */
	async restore() {
		currentPage()?.addEventListener("storage", (event) => {
			if (event.storageArea !== this.#storage) return;
			if (event.key === this.#key) this.#hold(sessionFrom(event.newValue));
			if (event.key === null) this.#hold(null);
		});
		const stored = await this.#stored();
		if (stored && isAlive(stored, Date.now())) this.#hold(stored);
		else if (stored) await this.end();
	}
	/** Somebody signed in. */
	async begin(session) {
		this.#hold(session);
		await this.#storage.setItem(this.#key, JSON.stringify(session));
	}
	/** Nobody is signed in any more, in no tab. */
	async end() {
		this.#hold(null);
		await this.#storage.removeItem(this.#key);
	}
	/** Calls the listener when someone else, or the same one with other data, is signed in. Answers what stops that. */
	onChange(listener) {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}
	async token() {
		const session = this.session();
		if (!session) return null;
		if (Date.now() < session.renewAt) return session.token;
		try {
			return await this.renew(session.token);
		} catch (error) {
			if (Date.now() < session.endsAt) return session.token;
			throw error;
		}
	}
	/** One at a time: within this tab by the promise, between tabs by a lock where the browser has locks. */
	async renew(expired) {
		this.#renewal ??= this.#alone(() => this.#renewed(expired)).finally(() => {
			this.#renewal = null;
		});
		return (await this.#renewal)?.token ?? null;
	}
	async revoked(token) {
		if ((await this.#stored())?.token === token || this.#session?.token === token) await this.end();
	}
	#alone(work) {
		const locks = currentPage()?.navigator.locks;
		return locks ? locks.request(this.#key, work) : work();
	}
	async #renewed(expired) {
		const stored = await this.#stored();
		if (!stored || stored.token !== expired && Date.now() < stored.renewAt) return this.#hold(stored);
		if (!stored.refresh) return await this.#ended();
		const grant = await this.#exchanged(stored.refresh.token);
		const meanwhile = await this.#stored();
		if (meanwhile?.refresh?.token !== stored.refresh.token) return this.#hold(meanwhile);
		if (!grant) return await this.#ended();
		const next = sessionOf(grant, Date.now());
		await this.begin(next);
		return next;
	}
	/** What the refresh token gets; null if the server does not take it any more. */
	async #exchanged(refreshToken) {
		const idempotencyKey = await sha256(`refresh ${refreshToken}`);
		for (let tried = 1;; tried += 1) try {
			return await this.#http.send("POST", "/auth/refresh", {
				body: { refreshToken },
				idempotencyKey
			});
		} catch (error) {
			if (!(error instanceof DreamAPIException)) throw error;
			if (error.status === 401) return null;
			if (!isDreamAPIException(error, "idempotency_in_flight") || tried >= IN_FLIGHT_TRIES) throw error;
			await sleep(IN_FLIGHT_WAIT_MS);
		}
	}
	async #ended() {
		await this.end();
		return null;
	}
	async #stored() {
		return sessionFrom(await this.#storage.getItem(this.#key));
	}
	#hold(session) {
		const before = this.#session?.user ?? null;
		const isSame = JSON.stringify(before) === JSON.stringify(session?.user ?? null);
		this.#session = session && isSame && before ? {
			...session,
			user: before
		} : session;
		if (!isSame) for (const listener of [...this.#listeners]) listener(session?.user ?? null);
		return this.#session;
	}
};
//#endregion
//#region src/auth/pages.ts
/** The address of a hosted page. */
function pageUrl(settings, page, options, challenge) {
	const { publishableKey, signupUrl } = settings;
	if (!publishableKey) throw new Error("DreamAPI: publishableKey required for auth URLs");
	const params = new URLSearchParams({
		pk: publishableKey,
		redirect: absoluteUrl(options.redirect)
	});
	if (options.plan !== void 0) params.set("plan", options.plan);
	if (challenge) {
		params.set("code_challenge", challenge.codeChallenge);
		params.set("code_challenge_method", "S256");
		params.set("state", challenge.state);
	}
	return `${signupUrl}/${page}?${params}`;
}
//#endregion
//#region src/auth/auth.ts
/** Signing in and out on the hosted pages, and who is signed in. Reached as `api.auth`. */
var AuthHelpers = class {
	#http;
	#settings;
	#keeper;
	#starting = null;
	#error = null;
	constructor(http, settings) {
		this.#http = http;
		this.#settings = settings;
		this.#keeper = new SessionKeeper(http, settings.storage ?? defaultStorage(), settings.publishableKey);
	}
	/** Whether the present address is a return from the hosted pages. */
	static hasAuthParams() {
		return returned() !== null;
	}
	/**
	* Call this once when the page loads, before anything else of `auth`. It ends a sign-in that comes back
	* with the address, or takes up the one that is kept. It does not throw when that fails; `getError()` then
	* says why.
	*
	* A `__clerk_jwt` in the address is taken too, for `getSignInUrl()` and the like. Nothing binds such a
	* token to this browser, so it never replaces a `signIn()` of somebody else, and the option
	* `legacyToken: false` turns it off.
	*
	* @example
	* ```ts
	* await api.auth.init();
	* if (!api.auth.isSignedIn()) showSignInButton(api.auth.getError()?.message);
	* ```
	*/
	init() {
		this.#starting ??= this.#start();
		return this.#starting;
	}
	/** Why `init()` could not sign in, or renew what was kept; null if nothing failed. */
	getError() {
		return this.#error;
	}
	/** Whether somebody is signed in. */
	isSignedIn() {
		return this.#keeper.session() !== null;
	}
	/** Who is signed in; null for nobody. The same object until something about it changes. */
	getUser() {
		return this.#keeper.session()?.user ?? null;
	}
	/**
	* A token of who is signed in that holds for some seconds at least; null for nobody. For calls to your
	* own server; calls of this client send it by themselves.
	*
	* @example
	* ```ts
	* const token = await api.auth.getToken();
	* await fetch('/my-backend', { headers: { Authorization: `Bearer ${token}` } });
	* ```
	*/
	getToken() {
		return this.#keeper.token();
	}
	/** Gets a new token now, with the present plan: after a checkout, for example. */
	async refreshToken() {
		const session = this.#keeper.session();
		if (session?.refresh) await this.#keeper.renew(session.token);
	}
	/**
	* Calls the listener when somebody signs in or out, in this tab or another, or when their data change.
	* Answers a function that stops it.
	*
	* @example
	* ```ts
	* const stop = api.auth.onChange((user) => render(user));
	* ```
	*/
	onChange(listener) {
		return this.#keeper.onChange(listener);
	}
	/**
	* Goes to the sign-in page, which returns to `redirect`, or to the present address. Call `init()` there.
	*
	* @example
	* ```ts
	* button.onclick = () => api.auth.signIn({ redirect: '/dashboard' });
	* ```
	*/
	signIn(options = {}) {
		return this.#go("signin", options);
	}
	/** Goes to the sign-up page, which returns to `redirect`, or to the present address. Call `init()` there. */
	signUp(options = {}) {
		return this.#go("signup", options);
	}
	/** Signs out in all tabs and ends the session on the server. Without a connection it ends here alone. */
	async signOut() {
		const refreshToken = this.#keeper.session()?.refresh?.token;
		this.#http.setUserToken(null);
		await this.#keeper.end();
		if (refreshToken === void 0) return;
		await failureOf(this.#http.send("POST", "/auth/revoke", { body: { refreshToken } }));
	}
	/**
	* The address of a hosted page for a sign-in that ends with `init()` in this browser: what `signIn()` goes
	* to. The page `refresh` with a `plan` is a good place to return to from a checkout.
	*
	* @example
	* ```ts
	* const successUrl = await api.auth.prepareUrl('refresh', { redirect: '/welcome', plan: 'pro' });
	* const { url } = await api.billing.createCheckout({ tier: 'pro', successUrl });
	* location.assign(url);
	* ```
	*/
	async prepareUrl(page, options) {
		const { state, verifier } = beginFlow(Date.now());
		return pageUrl(this.#settings, page, options, {
			codeChallenge: await challengeOf(verifier),
			state
		});
	}
	/**
	* The address of the sign-up page, for a link. It returns with a token in the address, which `init()`
	* takes; `signUp()` is the safer way.
	*
	* @example
	* ```ts
	* link.href = api.auth.getSignUpUrl({ redirect: '/choose-plan' });
	* ```
	*/
	getSignUpUrl(options) {
		return pageUrl(this.#settings, "signup", options);
	}
	/** The address of the sign-in page, for a link, as `getSignUpUrl()`; `signIn()` is the safer way. */
	getSignInUrl(options) {
		return pageUrl(this.#settings, "signin", options);
	}
	/** The address of the page where users change profile, password and e-mail and see their sessions. */
	getCustomerPortalUrl({ returnUrl } = {}) {
		return pageUrl(this.#settings, "account", { redirect: returnUrl || (currentPage()?.location.href ?? "/") });
	}
	/**
	* The address to return to from a checkout: the page waits until the new plan is in force and goes on to
	* `redirect` with a new token in the address. `prepareUrl('refresh', …)` is the safer way.
	*/
	getRefreshUrl(options) {
		return pageUrl(this.#settings, "refresh", options);
	}
	async #go(page, options) {
		const { location } = currentPage() ?? {};
		if (!location) throw new Error("DreamAPI: signIn() and signUp() need a page; on a server use getSignInUrl()");
		location.assign(await this.prepareUrl(page, {
			...options,
			redirect: options.redirect ?? location.href
		}));
	}
	async #start() {
		const found = returned();
		if (found) cleanAddress(found);
		await this.#keeper.restore();
		this.#error = await failureOf(found ? this.#arrive(found) : this.#keeper.token());
	}
	async #arrive(found) {
		if (found.kind === "code") await this.#exchange(found.code, found.state);
		else await this.#take(found.token);
	}
	async #exchange(code, state) {
		const codeVerifier = takeVerifier(state, Date.now());
		if (!codeVerifier) throw refusal("sign_in_not_started", "This sign-in was not begun in this browser. Sign in again.");
		const grant = await this.#http.send("POST", "/auth/token", { body: {
			code,
			codeVerifier
		} });
		await this.#keeper.begin(sessionOf(grant, Date.now()));
	}
	async #take(token) {
		if (!this.#settings.legacyToken) return;
		const session = sessionOfToken(token, this.#settings.publishableKey, Date.now());
		if (!session) throw refusal("invalid_token", "The token in the address is past its end or of another project.");
		const present = this.#keeper.session();
		if (!present?.refresh) return this.#keeper.begin(session);
		if (present.user.id === session.user.id) return this.refreshToken();
		throw refusal("account_switch_refused", "The token in the address is of somebody else. Sign out first.");
	}
};
/** What a call of the server failed with; null if it did not. Other errors are thrown on. */
async function failureOf(work) {
	try {
		await work;
		return null;
	} catch (error) {
		if (error instanceof DreamAPIException) return error;
		throw error;
	}
}
function refusal(code, message) {
	return new AuthenticationException({
		error: "Authentication failed",
		message,
		code
	}, 401);
}
//#endregion
//#region src/http.ts
/** Sends calls: keys and tokens, time-outs, retries, errors. */
var Http = class {
	#settings;
	#userToken = null;
	#source = null;
	constructor(settings) {
		this.#settings = settings;
	}
	/** The token to send from now on; null to send that of who is signed in. */
	setUserToken(token) {
		this.#userToken = token;
	}
	/** Where tokens come from when none was set. */
	setTokenSource(source) {
		this.#source = source;
	}
	/** Sends a call and answers the body. Throws `DreamAPIException`. */
	async send(method, path, call = {}) {
		const request = this.#prepare(method, path, call);
		const token = this.#givenToken(call);
		return await (token === void 0 ? this.#signedIn(request, call) : this.#tries(request, token, call));
	}
	/** The token to send; null for none, undefined for that of who is signed in. */
	#givenToken({ user, userToken, userId }) {
		if ((user ?? "none") === "none") return null;
		if (userToken !== void 0) return userToken;
		return userId === void 0 ? this.#userToken ?? void 0 : null;
	}
	/** With the token of who is signed in, renewed once if the server calls it expired. */
	async #signedIn(request, call) {
		const token = await this.#currentToken(call);
		if (token === null && call.user === "required") throw userMissing();
		try {
			return await this.#tries(request, token, call);
		} catch (error) {
			if (!token || !this.#source || !(error instanceof AuthenticationException)) throw error;
			if (error.errorCode === "token_revoked") await this.#source.revoked(token);
			if (error.errorCode !== "token_expired") throw error;
			const fresh = await this.#source.renew(token);
			if (!fresh || fresh === token) throw error;
			return await this.#tries(request, fresh, call);
		}
	}
	async #currentToken({ user }) {
		try {
			return await this.#source?.token() ?? null;
		} catch (error) {
			if (user === "required") throw error;
			return null;
		}
	}
	#prepare(method, path, call) {
		const query = Object.entries(call.query ?? {}).flatMap(([name, value]) => value === void 0 ? [] : [[name, String(value)]]);
		const search = query.length > 0 ? `?${new URLSearchParams(query)}` : "";
		const key = method === "POST" && call.idempotencyKey !== null ? call.idempotencyKey ?? requestKey() : void 0;
		return {
			method,
			url: `${this.#settings.baseUrl}${path}${search}`,
			headers: {
				...this.#credentials(call),
				...key === void 0 ? {} : { "Idempotency-Key": key }
			},
			body: call.body === void 0 || call.body === null ? void 0 : JSON.stringify(call.body),
			isSafe: method === "GET" || key !== void 0
		};
	}
	#credentials({ userId, userPlan }) {
		const { secretKey, publishableKey } = this.#settings;
		return {
			...secretKey ? { Authorization: `Bearer ${secretKey}` } : {},
			...publishableKey ? { "X-Publishable-Key": publishableKey } : {},
			...userId === void 0 ? {} : { "X-User-Id": userId },
			...userPlan === void 0 ? {} : { "X-User-Plan": userPlan }
		};
	}
	async #tries(request, token, call) {
		const most = request.isSafe ? Math.min(call.maxTries ?? this.#settings.maxTries, 3) : 1;
		for (let tried = 1;; tried += 1) try {
			return await this.#once(request, token, call);
		} catch (error) {
			if (!(error instanceof DreamAPIException) || tried >= most) throw error;
			const wait = waitBeforeRetry(error, tried, Math.random());
			if (wait === null) throw error;
			await sleep(wait, call.signal);
		}
	}
	async #once(request, token, call) {
		const { signal } = call;
		signal?.throwIfAborted();
		const timeoutMs = call.timeoutMs ?? this.#settings.timeoutMs;
		const stop = new AbortController();
		const pass = () => stop.abort(signal?.reason);
		signal?.addEventListener("abort", pass, { once: true });
		let isLate = false;
		const late = () => {
			isLate = true;
			stop.abort();
		};
		const timer = timeoutMs > 0 ? setTimeout(late, timeoutMs) : void 0;
		try {
			const response = await this.#settings.fetch(request.url, initOf(request, token, stop.signal));
			return read(response, await response.text());
		} catch (error) {
			if (error instanceof DreamAPIException) throw error;
			if (signal?.aborted) throw signal.reason;
			throw isLate ? new TimeoutException(timeoutMs, error) : new ConnectionException(error);
		} finally {
			clearTimeout(timer);
			signal?.removeEventListener("abort", pass);
		}
	}
};
function initOf({ method, headers, body }, token, signal) {
	return {
		method,
		headers: {
			Accept: "application/json",
			...headers,
			...body === void 0 ? {} : { "Content-Type": "application/json" },
			...token === null ? {} : { "X-Clerk-Token": token }
		},
		...body === void 0 ? {} : { body },
		signal,
		redirect: "manual",
		...hasCacheOption() ? { cache: "no-store" } : {}
	};
}
function hasCacheOption() {
	return typeof Request === "function" && "cache" in Request.prototype;
}
/** The body of an answer, or the exception it means. */
function read(response, text) {
	const body = parsed(text);
	if (response.ok && body !== void 0) return body;
	const retryAfter = retryAfterOf(response.headers.get("Retry-After"), Date.now());
	throw exceptionOf(body, response.status, { retryAfter });
}
function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
function userMissing() {
	return new AuthenticationException({
		error: "auth_required",
		message: "User token required. Sign in with auth.signIn(), or call setUserToken() first.",
		code: "user_token_required"
	}, 401);
}
//#endregion
//#region src/resources/billing.ts
/** Subscriptions of the user. Reached as `api.billing`. */
var BillingAPI = class {
	#http;
	constructor(http) {
		this.#http = http;
	}
	/**
	* Begins a checkout for a tier.
	*
	* @example
	* ```ts
	* const { url } = await api.billing.createCheckout({ tier: 'pro', successUrl: '/welcome', cancelUrl: '/pricing' });
	* location.assign(url);
	* ```
	*/
	createCheckout(params, options) {
		const body = withAbsoluteUrls(params, ["successUrl", "cancelUrl"]);
		return this.#http.send("POST", "/api/create-checkout", {
			...options,
			body,
			user: "required"
		});
	}
	/** Opens the page where the user changes card and plan, reads invoices and cancels. */
	openPortal(params, options) {
		const body = params && withAbsoluteUrls(params, ["returnUrl"]);
		return this.#http.send("POST", "/api/customer-portal", {
			...options,
			body,
			user: "required"
		});
	}
};
/** The parameters with the page's origin before every path among the named ones. */
function withAbsoluteUrls(params, names) {
	const changed = { ...params };
	for (const name of names) {
		const url = params[name];
		if (typeof url === "string") changed[name] = absoluteUrl(url);
	}
	return changed;
}
//#endregion
//#region src/resources/customers.ts
/** Your users; needs a secret key. Reached as `api.customers`. Ids are ours or your own external ids. */
var CustomerAPI = class {
	#http;
	constructor(http) {
		this.#http = http;
	}
	/**
	* Makes a customer.
	*
	* @example
	* ```ts
	* const { customer } = await api.customers.create({ email: 'ada@example.com', plan: 'free' });
	* ```
	*/
	create(params, options) {
		return this.#http.send("POST", "/api/customers", {
			...options,
			body: params
		});
	}
	/** Reads a customer. */
	get(customerId, options) {
		return this.#http.send("GET", pathOf(customerId), options);
	}
	/** Changes a customer. A change of plan is in force at once and keeps the count. */
	update(customerId, params, options) {
		return this.#http.send("PATCH", pathOf(customerId), {
			...options,
			body: params
		});
	}
	/** Deletes a customer and everything of theirs; their tokens end at once. */
	delete(customerId, options) {
		return this.#http.send("DELETE", pathOf(customerId), options);
	}
	/** One page of customers, newest first. */
	list(params = {}, options) {
		return this.#http.send("GET", "/api/customers", {
			...options,
			query: { ...params }
		});
	}
	/**
	* All customers, page by page.
	*
	* @example
	* ```ts
	* for await (const customer of api.customers.all({ plan: 'pro' })) console.log(customer.email);
	* ```
	*/
	async *all(params = {}, options) {
		for (let cursor = ""; cursor !== null;) {
			const page = await this.list(cursor === "" ? params : {
				...params,
				cursor
			}, options);
			yield* page.customers;
			cursor = page.hasMore ? page.nextCursor : null;
		}
	}
	/** Makes a token with which a browser may call as this customer: for apps that sign people in themselves. */
	createToken(customerId, params = {}, options) {
		return this.#http.send("POST", `${pathOf(customerId)}/tokens`, {
			...options,
			body: params
		});
	}
	/** Signs a customer out everywhere; every token of theirs ends at once. */
	endSessions(customerId, options) {
		return this.#http.send("DELETE", `${pathOf(customerId)}/tokens`, options);
	}
};
function pathOf(customerId) {
	return `/api/customers/${encodeURIComponent(customerId)}`;
}
//#endregion
//#region src/resources/dashboard.ts
/** Figures; needs a secret key. Reached as `api.dashboard`. */
var DashboardAPI = class {
	#http;
	constructor(http) {
		this.#http = http;
	}
	/**
	* The figures of this project.
	*
	* @example
	* ```ts
	* const { mrr } = await api.dashboard.get();
	* console.log(`$${(mrr / 100).toFixed(2)} a month`);
	* ```
	*/
	get(options) {
		return this.#http.send("GET", "/api/dashboard", options);
	}
	/** The figures over all projects. */
	getTotals(options) {
		return this.#http.send("GET", "/api/dashboard/totals", options);
	}
};
//#endregion
//#region src/resources/me.ts
/** The user the client calls for. Reached as `api.me`. */
var MeAPI = class {
	#http;
	constructor(http) {
		this.#http = http;
	}
	/**
	* The user as the server knows them now, with the plan in force.
	*
	* @example
	* ```ts
	* const { customer } = await api.me.get();
	* console.log(customer.plan);
	* ```
	*/
	get(options) {
		return this.#http.send("GET", "/api/me", {
			...options,
			user: "required"
		});
	}
};
//#endregion
//#region src/resources/products.ts
/** The catalogue. Reached as `api.products`. */
var ProductAPI = class {
	#http;
	constructor(http) {
		this.#http = http;
	}
	/** The tiers, in the project's order. */
	listTiers(options) {
		return this.#http.send("GET", "/api/tiers", options);
	}
	/** The products of a store. */
	list(options) {
		return this.#http.send("GET", "/api/products", options);
	}
	/**
	* Begins the checkout of a cart.
	*
	* @example
	* ```ts
	* const { products } = await api.products.list();
	* const items = [{ priceId: products[0].priceId, quantity: 1 }];
	* const { url } = await api.products.cartCheckout({ items, successUrl: '/thanks', cancelUrl: '/cart' });
	* location.assign(url);
	* ```
	*/
	cartCheckout(params, options) {
		const { customerEmail: email, customerName: name, ...rest } = params;
		const body = {
			email,
			name,
			...withAbsoluteUrls(rest, ["successUrl", "cancelUrl"])
		};
		return this.#http.send("POST", "/api/cart/checkout", {
			...options,
			body,
			user: "optional"
		});
	}
};
//#endregion
//#region src/resources/usage.ts
/** Counting and limits. Reached as `api.usage`. */
var UsageAPI = class {
	#http;
	constructor(http) {
		this.#http = http;
	}
	/**
	* Counts one use, or `amount`, if the plan of the user allows it. At the limit it throws
	* `TierLimitException` and counts nothing.
	*
	* @example
	* ```ts
	* const { usage } = await api.usage.track();
	* console.log(`${usage.usageCount} of ${usage.limit}`);
	* ```
	* @example On a server, for a user of your own
	* ```ts
	* await api.usage.track({ amount: 10, meter: 'tokens' }, { userId: 'ada' });
	* ```
	*/
	async track(params, options) {
		const call = {
			...options,
			body: params,
			user: "required"
		};
		const answer = await this.#http.send("POST", "/api/data", call);
		return "success" in answer ? answer : {
			success: true,
			usage: answer
		};
	}
	/**
	* Reads what was used and what is left; counts nothing.
	*
	* @example
	* ```ts
	* const { remaining } = await api.usage.check();
	* if (remaining === 0) showUpgrade();
	* ```
	*/
	async check(options) {
		const call = {
			...options,
			user: "required"
		};
		const answer = await this.#http.send("GET", "/api/usage", call);
		return "usage" in answer ? answer.usage : answer;
	}
	/** What was used in periods that are over, newest first, 100 at most. */
	history(options) {
		return this.#http.send("GET", "/api/usage/history", {
			...options,
			user: "required"
		});
	}
};
//#endregion
//#region src/settings.ts
const LOCAL_SERVER = "http://127.0.0.1:8787";
const TIMEOUT_MS = 3e4;
const MOST_TRIES = 3;
/** Checks a configuration. Throws an `Error` that says what is wrong and how to mend it. */
function settingsOf(config) {
	checkKeys(config);
	const baseUrl = withoutSlash(config.baseUrl ?? defaultBaseUrl(config));
	const signupUrl = withoutSlash(config.signupUrl ?? baseUrl);
	return {
		secretKey: config.secretKey,
		publishableKey: config.publishableKey,
		baseUrl,
		signupUrl,
		clerkBaseUrl: withoutSlash(config.clerkBaseUrl ?? signupUrl),
		timeoutMs: config.timeoutMs ?? TIMEOUT_MS,
		maxTries: Math.min(Math.max(config.maxTries ?? MOST_TRIES, 1), MOST_TRIES),
		storage: config.storage,
		legacyToken: config.legacyToken ?? true,
		fetch: config.fetch ?? ((input, init) => globalThis.fetch(input, init))
	};
}
function checkKeys({ secretKey, publishableKey }) {
	if (!secretKey && !publishableKey) throw new Error("DreamAPI: Either secretKey or publishableKey is required");
	if (publishableKey?.startsWith("sk_")) throw new Error("DreamAPI: publishableKey is a secret key (sk_…). Pass the one that begins with pk_.");
	if (secretKey && isBrowser()) throw new Error("DreamAPI: a secret key must not be used in a browser, where everybody can read it. Pass publishableKey alone, keep secretKey on your server, and regenerate it if this page was published.");
}
function defaultBaseUrl({ secretKey, publishableKey }) {
	if ([secretKey, publishableKey].some((key) => key?.slice(2).startsWith("_live_"))) throw new Error("DreamAPI: baseUrl is required with live keys: the address of your dream-api server");
	return LOCAL_SERVER;
}
function withoutSlash(url) {
	return url.replace(/\/+$/, "");
}
//#endregion
//#region src/client.ts
/**
* A client of dream-api.
*
* @example In a browser
* ```ts
* const api = new DreamAPI({ publishableKey: 'pk_test_…' });
* await api.auth.init();
* if (api.auth.isSignedIn()) await api.usage.track();
* ```
* @example On a server
* ```ts
* const api = new DreamAPI({ secretKey: process.env.DREAM_SECRET_KEY });
* await api.usage.track({}, { userId: 'ada' });
* ```
*/
var DreamAPI = class {
	/** Signing in and out. */
	auth;
	/** Your users; needs a secret key. */
	customers;
	/** Counting and limits. */
	usage;
	/** Subscriptions of the user. */
	billing;
	/** The catalogue. */
	products;
	/** Figures; needs a secret key. */
	dashboard;
	/** The user the client calls for. */
	me;
	#settings;
	#http;
	/** Throws an `Error` if a key is missing or does not belong here: a secret key in a browser, above all. */
	constructor(config) {
		this.#settings = settingsOf(config);
		this.#http = new Http(this.#settings);
		this.auth = new AuthHelpers(this.#http, this.#settings);
		this.customers = new CustomerAPI(this.#http);
		this.usage = new UsageAPI(this.#http);
		this.billing = new BillingAPI(this.#http);
		this.products = new ProductAPI(this.#http);
		this.dashboard = new DashboardAPI(this.#http);
		this.me = new MeAPI(this.#http);
	}
	/**
	* The token of the user to call for, from now on: for apps that sign people in themselves. It goes before
	* that of `auth`. On a server that serves many, give each call its own `userToken` instead.
	*/
	setUserToken(token) {
		this.#http.setUserToken(token);
	}
	/** Forgets the token that was set. */
	clearUserToken() {
		this.#http.setUserToken(null);
	}
	/** Whether this client has a publishable key only. */
	isFrontendOnly() {
		return this.#settings.secretKey === void 0;
	}
	/** The publishable key, if there is one. */
	getPublishableKey() {
		return this.#settings.publishableKey;
	}
	/** The address of the server, without a slash at the end. */
	getBaseUrl() {
		return this.#settings.baseUrl;
	}
	/** The address of the sign-in pages. */
	getSignupBaseUrl() {
		return this.#settings.signupUrl;
	}
	/** The address of Clerk, if the server uses it. */
	getClerkBaseUrl() {
		return this.#settings.clerkBaseUrl;
	}
	/**
	* Calls what has no method here, with the same keys, time-outs, retries and errors.
	*
	* @example
	* ```ts
	* const config = await api.request<{ version: string }>('GET', '/api/config');
	* ```
	*/
	request(method, endpoint, options = {}) {
		const { requiresUserToken, ...call } = options;
		return this.#http.send(method, endpoint, {
			...call,
			user: requiresUserToken ? "required" : "optional"
		});
	}
};
//#endregion
exports.AuthHelpers = AuthHelpers;
exports.AuthenticationException = AuthenticationException;
exports.ConflictException = ConflictException;
exports.ConnectionException = ConnectionException;
exports.DreamAPI = DreamAPI;
exports.DreamAPIException = DreamAPIException;
exports.NotFoundException = NotFoundException;
exports.PermissionException = PermissionException;
exports.RateLimitException = RateLimitException;
exports.ServerException = ServerException;
exports.TierLimitException = TierLimitException;
exports.TimeoutException = TimeoutException;
exports.ValidationException = ValidationException;
exports.default = DreamAPI;
exports.isDreamAPIException = isDreamAPIException;
exports.memoryStorage = memoryStorage;
