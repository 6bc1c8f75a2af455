//! A function of a hundred lines, as people write them: the flight of a rocket with drag and gimbal.

use autodiff_runtime::differentiate;

/// Squared distance from the target after the flight, plus what the flight cost.
#[differentiate]
pub fn flight(controls: &[f64], start: [f64; 6], wind: &[f64], target: [f64; 2]) -> f64 {
    let steps = controls.len() / 2;
    let dt = 0.05;
    let gravity = 9.81;
    let area = 0.07;
    let mut x = start[0];
    let mut y = start[1];
    let mut vx = start[2];
    let mut vy = start[3];
    let mut angle = start[4];
    let mut rate = start[5];
    let mut mass = 12.0;
    let mut cost = 0.0;
    let mut heat = 0.0;
    let mut peak = 0.0;
    let mut landed = false;
    for step in 0..steps {
        let thrust = controls[2 * step].max(0.0);
        let gimbal = 0.2 * controls[2 * step + 1].tanh();
        // The air thins out with height.
        let density = 1.225 * (-y / 8500.0).exp();
        let gust = wind[step % wind.len()];
        let ux = vx - gust;
        let uy = vy;
        let speed = (ux * ux + uy * uy + 1e-9).sqrt();
        let mach = speed / 340.0;
        let coefficient = if mach < 0.8 {
            0.3
        } else if mach < 1.2 {
            let t = (mach - 0.8) / 0.4;
            0.3 + 0.5 * t * t * (3.0 - 2.0 * t)
        } else {
            0.8 / mach.sqrt()
        };
        let drag = 0.5 * density * speed * coefficient * area;
        let direction = angle + gimbal;
        let (sine, cosine) = direction.sin_cos();
        let lift = 0.5 * density * speed * area * (angle - ux.atan2(uy + 1e-9)).sin();
        let ax = (thrust * sine - drag * ux - lift * uy) / mass;
        let ay = (thrust * cosine - drag * uy + lift * ux) / mass - gravity;
        let torque = -0.4 * thrust * gimbal.sin() - 0.02 * rate * speed;
        let inertia = 0.5 * mass + 0.1;
        // Half a step, then the second stage of the midpoint rule.
        let hx = vx + 0.5 * dt * ax;
        let hy = vy + 0.5 * dt * ay;
        let half = rate + 0.5 * dt * torque / inertia;
        x += dt * hx;
        y += dt * hy;
        angle += dt * half;
        vx += dt * ax;
        vy += dt * ay;
        rate += dt * torque / inertia;
        mass -= dt * thrust * 0.002;
        if mass < 6.0 {
            mass = 6.0;
        }
        heat += dt * density.sqrt() * speed.powi(3) * 1e-6;
        if heat > peak {
            peak = heat;
        }
        heat *= 0.98;
        cost += dt * (0.01 * thrust * thrust + 0.1 * gimbal * gimbal);
        if y < 0.0 {
            landed = true;
            break;
        }
    }
    // Bends in the controls cost, too.
    let mut bends = 0.0;
    for step in 2..steps {
        for k in 0..2 {
            let first = controls[2 * step + k] - controls[2 * (step - 1) + k];
            let second = controls[2 * (step - 1) + k] - controls[2 * (step - 2) + k];
            let bend = first - second;
            bends += bend * bend / (1.0 + bend.abs());
        }
    }
    let dx = x - target[0];
    let dy = y - target[1];
    let mut miss = dx * dx + dy * dy;
    if landed {
        let impact = (vx * vx + vy * vy).sqrt();
        miss += 0.5 * impact;
    } else {
        let left = y / (vy.abs() + 1.0);
        miss += left * left;
    }
    let spin = rate.hypot(angle);
    let penalty = if peak > 1.0 { (peak - 1.0).powi(2) } else { 0.0 };
    miss + cost + 0.01 * bends + spin + 10.0 * penalty + (12.0 - mass).ln_1p()
}
