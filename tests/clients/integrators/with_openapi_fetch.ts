// An academy's program on openapi-fetch, with the types that openapi-typescript makes: issue, list, revoke, verify.
// It is run by `python -m tests.clients typescript`, and is a program to begin one's own with.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { env } from "node:process";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./truecerta.ts";

type Api = Client<paths>;
type Schemas = components["schemas"];
type Answer<Body> = { data?: Body; error?: Schemas["ErrorResponse"]; response: Response };

const HOLDERS = ["Jane Doe", "Zoë Ångström", "Nguyễn Văn An", "山田 太郎", "O’Brien, Seán"];
const EARNED = "2026-03-15T10:00:00Z";

/** What was asked for; an error of the service is an exception. */
function answered<Body>({ data, error, response }: Answer<Body>): Body {
  if (error !== undefined) throw new Error(`${error.error.code}: ${error.error.message}`);
  if (data === undefined) throw new Error(`${response.status} without a body.`);
  return data;
}

/** A certificate's code. With a key of its own, the request may be repeated without issuing twice. */
async function issue(api: Api, courseId: string, holder: string): Promise<string> {
  const body: Schemas["IssueCertificate"] = {
    course_id: courseId,
    holder_name: holder,
    holder_email: "jane@example.com",
    issued_at: EARNED,
  };
  const request = { body, params: { header: { "Idempotency-Key": randomUUID() } } };
  const first = answered(await api.POST("/api/v1/certificates", request)).data;
  const again = answered(await api.POST("/api/v1/certificates", request)).data;
  assert.deepEqual(first, again, "A repeated request issued another certificate.");
  assert.deepEqual([first.holder_name, first.issued_at, first.status], [holder, EARNED, "valid"]);
  return first.code;
}

/** Every certificate's code, newest first, two to a page. */
async function codes(api: Api): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const query: NonNullable<paths["/api/v1/certificates"]["get"]["parameters"]["query"]> = { limit: 2 };
    if (cursor !== null) query.cursor = cursor;
    const page: Schemas["CertificateList"] = answered(await api.GET("/api/v1/certificates", { params: { query } }));
    found.push(...page.data.map((certificate) => certificate.code));
    if (!page.pagination.has_more) return found;
    cursor = page.pagination.cursor;
  }
}

/** What anyone is told about a code. */
async function verified(api: Api, code: string): Promise<[boolean, Schemas["Status"]]> {
  const told = answered(await api.GET("/api/v1/verify/{code}", { params: { path: { code } } }));
  return [told.valid, told.status];
}

/** Five certificates from issue to verification, and a code that nobody has. */
async function main(baseUrl: string, key: string): Promise<void> {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
  const everyone = createClient<paths>({ baseUrl });
  const body: Schemas["CreateCourse"] = { name: "Welding, by openapi-fetch", validity_period_months: 1200 };
  const course = answered(await api.POST("/api/v1/courses", { body })).data;
  const issued: string[] = [];
  for (const holder of HOLDERS) issued.push(await issue(api, course.id, holder));
  assert.deepEqual(await codes(api), issued.toReversed(), "The pages do not hold each certificate once, newest first.");
  const [withdrawn, kept] = issued;
  assert(withdrawn !== undefined && kept !== undefined);
  const reason = "Issued in error";
  const revoked = answered(
    await api.POST("/api/v1/certificates/{code}/revoke", { params: { path: { code: withdrawn } }, body: { reason } }),
  ).data;
  assert.deepEqual([revoked.status, revoked.revocation_reason], ["revoked", reason]);
  assert.deepEqual(await verified(everyone, withdrawn), [false, "revoked"]);
  assert.deepEqual(await verified(everyone, kept), [true, "valid"]);
  const unknown = await everyone.GET("/api/v1/verify/{code}", { params: { path: { code: "TRC-ZZZ-26-222222" } } });
  assert.equal(unknown.error?.error.code, "not_found");
}

const { TRUECERTA_URL: url, TRUECERTA_API_KEY: key } = env;
assert(url && key, "TRUECERTA_URL and TRUECERTA_API_KEY say which academy.");
await main(url, key);
