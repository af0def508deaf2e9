//! Business days: weekends and the days declared closed or open (rule book, introduction).
