import account from "./account.json";
import admin from "./admin.json";
import application from "./application.json";
import applications from "./applications.json";
import auth from "./auth.json";
import cityNodes from "./city-nodes.json";
import design from "./design.json";
import errors from "./errors.json";
import explorer from "./explorer.json";
import fabricAuthority from "./fabric-authority.json";
import finality from "./finality.json";
import invoices from "./invoices.json";
import landing from "./landing.json";
import minute from "./minute.json";
import operations from "./operations.json";
import portal from "./portal.json";
import publish from "./publish.json";
import shell from "./shell.json";
import ui from "./ui.json";

/** One file per area; the file's name is the namespace. Add yours here, in alphabetical order. */
const messages = { account, admin, application, applications, auth, cityNodes, design, errors, explorer, fabricAuthority, finality, invoices, landing, minute, operations, portal, publish, shell, ui };

export default messages;
