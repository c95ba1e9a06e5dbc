-- What happened stays written: audit rows can be added, never changed or removed.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are append-only';
END;
$$;

CREATE TRIGGER audit_event_append_only
  BEFORE UPDATE OR DELETE ON "AuditEvent"
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

CREATE TRIGGER audit_event_no_truncate
  BEFORE TRUNCATE ON "AuditEvent"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- One installation row.
ALTER TABLE "Installation" ADD CONSTRAINT "Installation_one_row" CHECK (id = 1);
-- A sub-chain has one peer that orders.
CREATE UNIQUE INDEX "Peer_one_orders" ON "Peer" ("subChainId") WHERE "orders";
