import { faultTests } from '../../src/faults/index.ts'
import { shopSubject } from './shop-subject.ts'

faultTests(shopSubject())
