import { type Context, trace } from '@opentelemetry/api'

/** For what is known only at the end. */
export const renameSpan = (context: Context, name: string): void => void trace.getSpan(context)?.updateName(name)
