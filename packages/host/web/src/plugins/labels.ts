import type { AuthType, OperationSummary, PluginSummary } from '../../../src/wire.ts'

export const authLabels: Record<AuthType, string> = {
  none: 'No sign-in',
  service_http: 'One token for all users',
  user_http: 'One token per user',
  oauth: 'OAuth sign-in',
}

export const activationLabels: Record<PluginSummary['activation'], string> = {
  none: 'Not active',
  active: 'Active',
  expired: 'Sign-in expired',
  changed: 'Changes to review',
}

export const confirmationLabels: Record<OperationSummary['asks'], string> = {
  never: 'Never asks',
  once: 'Asks unless always allowed',
  always: 'Asks every time',
}
