"""The same deliveries in the hands of others: what each needed, and whether it answered."""
