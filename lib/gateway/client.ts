export { formatAccessKey, formatEndpoint, formatUrlKeyEndpoint, parseAccessKey, type ParsedAccessKey } from './access-key-format';
