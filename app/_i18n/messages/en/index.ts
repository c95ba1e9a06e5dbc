import account from "./account.json";
import auth from "./auth.json";
import design from "./design.json";
import errors from "./errors.json";
import landing from "./landing.json";
import shell from "./shell.json";
import ui from "./ui.json";

/** One file per area; the file's name is the namespace. Add yours here, in alphabetical order. */
const messages = { account, auth, design, errors, landing, shell, ui };

export default messages;
