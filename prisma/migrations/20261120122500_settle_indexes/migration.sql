-- The sweep that settles payments looks every few seconds for the few rows that are in doubt.
CREATE INDEX "Payment_pending" ON "Payment" ("createdAt") WHERE state = 'PENDING';
CREATE INDEX "Invoice_refunding" ON "Invoice" ("createdAt") WHERE state = 'REFUNDING';
