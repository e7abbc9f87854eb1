import { tracingChannel } from 'node:diagnostics_channel'
import type { ModelEvent, PluginCallEvent, RequestEvent, TurnEvent } from '@reference-plugins/telemetry/events'

// Anyone may subscribe to these. Publishers check `hasSubscribers` first, so that they cost nothing otherwise.

export const requestChannel = tracingChannel<unknown, RequestEvent>('reference-plugins:request')
export const turnChannel = tracingChannel<unknown, TurnEvent>('reference-plugins:turn')
export const modelChannel = tracingChannel<unknown, ModelEvent>('reference-plugins:model')
export const callChannel = tracingChannel<unknown, PluginCallEvent>('reference-plugins:plugin-call')
