"""What the engine never checks: one rule one function, and the timings and costs they are judged by."""
