import type { Problem } from '../problem.ts'

/** Whom an auth mode can identify: nobody, one host for all its users, or each user. */
export type Audience = 'anyone' | 'service' | 'user'

/**
 * The user for whom an operation runs, or the service that calls for all its users. Its calls are counted together.
 * `scopes` is undefined if the auth mode has none.
 */
export interface Caller {
  id: string
  scopes?: readonly string[] | undefined
  /** The plan of the caller, which decides how many calls a minute are allowed: `rateLimits` of the plugin. */
  plan?: string | undefined
}

/** The manifest's `auth` member, https://platform.openai.com/docs/plugins/authentication (2023). */
export type ManifestAuth =
  | { type: 'none' }
  | { type: 'user_http'; authorization_type: 'bearer' | 'basic' }
  | { type: 'service_http'; authorization_type: 'bearer' | 'basic'; verification_tokens: Record<string, string> }
  | {
      type: 'oauth'
      client_url: string
      scope: string
      authorization_url: string
      authorization_content_type: string
      verification_tokens: Record<string, string>
    }

/**
 * One auth mode: its part of the manifest, its part of the spec, and how it authenticates a request.
 * They are in one object so that they cannot disagree.
 */
export interface Auth<Who extends Audience = Audience, Scope extends string = string> {
  readonly audience: Who
  readonly scopes: Readonly<Record<Scope, string>>
  manifest(publicUrl: string): ManifestAuth
  /** The entry of `components.securitySchemes`, or undefined if there is none. */
  readonly securityScheme: { type: 'http'; scheme: 'bearer' | 'basic'; description: string } | undefined
  /**
   * Returns the caller, or undefined if anyone may call.
   * @param authorization the Authorization header, unchanged
   * @throws Problem 401, with WWW-Authenticate
   */
  authenticate(authorization: string | undefined): Promise<Caller | undefined>
  /** The 403 for a caller who lacks `scope`, RFC 6750 section 3.1. */
  insufficientScope(scope: string): Problem
  /** The same mode for `/mcp`, which is a separate protected resource for OAuth (RFC 9728 section 3.1). */
  forMcp(): Auth<Who, Scope>
}
