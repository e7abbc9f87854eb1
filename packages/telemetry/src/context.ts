import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'

/** The span that is running, in each chain of asynchronous calls. */
export const contexts = new AsyncLocalStorage<Context>()

/** Lets code that uses the API of OpenTelemetry add spans of its own. */
export class SharedContexts implements ContextManager {
  active(): Context {
    return contexts.getStore() ?? ROOT_CONTEXT
  }

  with<Arguments extends unknown[], Work extends (...given: Arguments) => ReturnType<Work>>(
    context: Context,
    work: Work,
    self?: ThisParameterType<Work>,
    ...given: Arguments
  ): ReturnType<Work> {
    return contexts.run(context, () => work.apply(self, given))
  }

  bind<Target>(context: Context, target: Target): Target {
    if (typeof target !== 'function') return target
    return ((...given: unknown[]) => contexts.run(context, () => target(...given))) as Target
  }

  enable(): this {
    return this
  }

  disable(): this {
    contexts.disable()
    return this
  }
}
