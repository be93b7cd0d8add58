create table customers (
  customer_id text primary key, name text not null, email text not null,
  date_of_birth text not null, tier text not null
);
create table payment_methods (
  payment_id text primary key, customer_id text not null references customers,
  kind text not null, balance integer
);
create table flights (
  flight_id text primary key, number text not null, origin text not null,
  destination text not null, date text not null, departs text not null, arrives text not null,
  status text not null, delay_minutes integer not null, cause text not null
);
create table fares (
  fare_id text primary key, flight_id text not null references flights, cabin text not null,
  price integer not null, seats integer not null
);
create table reservations (
  reservation_id text primary key, customer_id text not null references customers,
  cabin text not null, fare text not null, booked_at text not null, insured integer not null,
  bags integer not null, paid_bags integer not null, status text not null,
  cancel_reason text not null
);
create index reservations_customer on reservations (customer_id);
create table segments (
  segment_id text primary key, reservation_id text not null references reservations,
  position integer not null, flight_id text not null references flights, price integer not null
);
create index segments_reservation on segments (reservation_id);
create table passengers (
  passenger_id text primary key, reservation_id text not null references reservations,
  name text not null, date_of_birth text not null
);
create index passengers_reservation on passengers (reservation_id);
create table charges (
  charge_id text primary key, reservation_id text not null references reservations,
  payment_id text not null references payment_methods, amount integer not null, what text not null
);
create index charges_reservation on charges (reservation_id);
create table compensations (
  compensation_id text primary key, reservation_id text not null references reservations,
  payment_id text not null references payment_methods, amount integer not null
);
create table transfers (transfer_id text primary key, reason text not null);
