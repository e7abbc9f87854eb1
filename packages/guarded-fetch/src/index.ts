export { isLoopback, isLoopbackUrl, isPublic } from './address.ts'
export { errorCode } from './error-code.ts'
export {
  type Fetch,
  FetchFailed,
  FetchRefused,
  type GuardedFetchOptions,
  type GuardedResponse,
  guardedFetch,
  guardedFetcher,
} from './guarded-fetch.ts'
export { retryAfterSeconds } from './retry-after.ts'
