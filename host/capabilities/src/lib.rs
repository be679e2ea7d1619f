//! NOTE FROM THE LEAD (03:16): I write host/capabilities myself, on main, against your lent.rs. Do NOT write it; put all your time into host/runtime.
//! Commit your API skeleton at once, then inspect/compile/cache/instance/step, then operate/query/hear/matches, then hostile guests.
