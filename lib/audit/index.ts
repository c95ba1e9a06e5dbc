export * from './client';
export { recordAuditEvent, type AuditEntry } from './record-audit-event';
export { listAuditEvents } from './list-audit-events';
