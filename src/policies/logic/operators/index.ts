/** Every operator of the language, by name. `get`, `val` and JSON Logic's own operators belong to the compiler. */
import type { Operator } from '../operator.ts';
import { CIDR_OPERATORS } from './cidr.ts';
import { CRON_OPERATORS } from './cron.ts';
import { DNS_OPERATORS } from './dns.ts';
import { DURATION_OPERATORS } from './duration.ts';
import { GLOB_OPERATORS } from './glob.ts';
import { IMAGE_OPERATORS } from './image.ts';
import { IP_OPERATORS } from './ip.ts';
import { LABEL_OPERATORS } from './label.ts';
import { LIST_OPERATORS } from './list.ts';
import { MAC_OPERATORS } from './mac.ts';
import { MAP_OPERATORS } from './map.ts';
import { NUMBER_OPERATORS } from './number.ts';
import { PARSE_OPERATORS } from './parse.ts';
import { PLAIN_OPERATORS } from './plain.ts';
import { PORT_OPERATORS } from './port.ts';
import { QUANTITY_OPERATORS } from './quantity.ts';
import { RANGE_OPERATORS } from './range.ts';
import { RE_OPERATORS } from './re.ts';
import { STR_OPERATORS } from './str.ts';
import { TYPE_OPERATORS } from './type.ts';
import { URL_OPERATORS } from './url.ts';
import { UUID_OPERATORS } from './uuid.ts';
import { VERSION_OPERATORS } from './version.ts';

const FAMILIES: readonly (readonly Operator[])[] = [
  CIDR_OPERATORS,
  IP_OPERATORS,
  RANGE_OPERATORS,
  PORT_OPERATORS,
  QUANTITY_OPERATORS,
  DURATION_OPERATORS,
  CRON_OPERATORS,
  VERSION_OPERATORS,
  IMAGE_OPERATORS,
  GLOB_OPERATORS,
  RE_OPERATORS,
  LABEL_OPERATORS,
  DNS_OPERATORS,
  URL_OPERATORS,
  MAC_OPERATORS,
  UUID_OPERATORS,
  STR_OPERATORS,
  LIST_OPERATORS,
  MAP_OPERATORS,
  TYPE_OPERATORS,
  NUMBER_OPERATORS,
  PARSE_OPERATORS,
  PLAIN_OPERATORS,
];

/** All operators in the order of their families, keyed by name: `cidr.contains`. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  FAMILIES.flat().map((operator) => [operator.name, operator]),
);
