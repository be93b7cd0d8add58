create table customers (
  customer_id text primary key, name text not null, date_of_birth text not null
);
create table plans (
  plan_id text primary key, name text not null, monthly_cents integer not null,
  data_gb integer not null
);
create table lines (
  number text primary key, customer_id text not null references customers,
  plan_id text not null references plans, status text not null, roaming integer not null,
  used_mb integer not null, extra_gb integer not null, contract_until text not null
);
create index lines_customer on lines (customer_id);
create table bills (
  bill_id text primary key, number text not null references lines, month text not null,
  amount_cents integer not null, due text not null, status text not null
);
create index bills_number on bills (number);
create table charges (
  charge_id text primary key, number text not null references lines,
  amount_cents integer not null, what text not null
);
create table phones (
  number text primary key references lines, abroad integer not null,
  airplane_mode integer not null, mobile_data integer not null, data_saver integer not null,
  roaming integer not null, network text not null, apn text not null, vpn integer not null,
  sim text not null, restart_due integer not null
);
create table transfers (transfer_id text primary key, reason text not null);
