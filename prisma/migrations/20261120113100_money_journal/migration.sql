-- The journal guards itself: no code path, psql session or later verb can write an entry that does not balance,
-- change one, or take money for one invoice twice. Prisma cannot express these, so they are plain SQL; each
-- statement may be run again without harm.

-- An entry balances per currency and stays in its own book. Deferred: its lines arrive one after the other.
CREATE OR REPLACE FUNCTION check_money_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entry text := CASE TG_TABLE_NAME WHEN 'MoneyEntry' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'entryId' END;
BEGIN
  IF (SELECT count(*) FROM "MoneyLine" WHERE "entryId" = entry) < 2 THEN
    RAISE EXCEPTION 'money entry % has fewer than two lines', entry USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM "MoneyLine" WHERE "entryId" = entry GROUP BY currency HAVING sum("amountMinor") <> 0) THEN
    RAISE EXCEPTION 'money entry % does not sum to zero', entry USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT 1 FROM "MoneyLine" l JOIN "MoneyAccount" a ON a.id = l."accountId" JOIN "MoneyEntry" e ON e.id = l."entryId"
    WHERE l."entryId" = entry AND a.book <> e.book
  ) THEN
    RAISE EXCEPTION 'money entry % mixes books', entry USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS money_line_balance ON "MoneyLine";
CREATE CONSTRAINT TRIGGER money_line_balance AFTER INSERT ON "MoneyLine"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_money_entry();
DROP TRIGGER IF EXISTS money_entry_balance ON "MoneyEntry";
CREATE CONSTRAINT TRIGGER money_entry_balance AFTER INSERT ON "MoneyEntry"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_money_entry();

-- Written once: a mistake is corrected by another entry.
CREATE OR REPLACE FUNCTION refuse_money_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER IF EXISTS money_line_immutable ON "MoneyLine";
CREATE TRIGGER money_line_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON "MoneyLine"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_money_change();
DROP TRIGGER IF EXISTS money_entry_immutable ON "MoneyEntry";
CREATE TRIGGER money_entry_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON "MoneyEntry"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_money_change();
DROP TRIGGER IF EXISTS money_account_immutable ON "MoneyAccount";
CREATE TRIGGER money_account_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON "MoneyAccount"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_money_change();

-- One payment at a time, and one that succeeds, for an invoice.
CREATE UNIQUE INDEX IF NOT EXISTS "Payment_one_live_per_invoice" ON "Payment" ("invoiceId")
  WHERE state IN ('PENDING', 'SUCCEEDED', 'REFUNDED');
-- One invoice that is to be paid, or is paid, for an application's year.
CREATE UNIQUE INDEX IF NOT EXISTS "Invoice_one_open_per_application" ON "Invoice" ("applicationId") WHERE state = 'OPEN';
