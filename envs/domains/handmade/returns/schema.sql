create table customers (
  customer_id text primary key, name text not null, email text not null unique,
  zip text not null, membership text not null
);
create table payment_methods (
  payment_id text primary key, customer_id text not null references customers,
  kind text not null, balance_cents integer
);
create table products (
  product_id text primary key, name text not null, category text not null
);
create table items (
  item_id text primary key, product_id text not null references products,
  options text not null, price_cents integer not null, stock integer not null
);
create table orders (
  order_id text primary key, customer_id text not null references customers,
  status text not null, ordered_on text not null, delivered_on text not null,
  payment_id text not null references payment_methods, address text not null,
  cancel_reason text not null
);
create index orders_customer on orders (customer_id);
create table order_lines (
  line_id text primary key, order_id text not null references orders,
  item_id text not null references items, price_cents integer not null,
  final_sale integer not null, status text not null
);
create index lines_order on order_lines (order_id);
create table returns (
  return_id text primary key, line_id text not null references order_lines,
  reason text not null, condition text not null, refund_cents integer not null,
  payment_id text not null references payment_methods
);
create table exchanges (
  exchange_id text primary key, line_id text not null references order_lines,
  item_id text not null references items, condition text not null,
  difference_cents integer not null, payment_id text not null references payment_methods
);
create table transfers (transfer_id text primary key, reason text not null);
