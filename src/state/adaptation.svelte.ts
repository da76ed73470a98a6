import { adaptEvaluations, adaptVariants, type Role } from '../spec/adaptation';
import { GoingOn } from './onward.svelte';

/** A model that continues with a longer context. */
export class Adaptation extends GoingOn<Role> {
  protected readonly trained = 'adapted';
  protected readonly byPosition = true;
  protected readonly variantsOf = adaptVariants;
  protected readonly looksAt = adaptEvaluations;
}
