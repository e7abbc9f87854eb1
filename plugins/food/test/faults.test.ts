import { faultTests } from '@reference-plugins/testing/faults'
import { foodSubject } from './faults-subject.ts'

faultTests(foodSubject)
