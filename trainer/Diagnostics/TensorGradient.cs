namespace Anneal.Trainer.Diagnostics;

/// <summary>How a parameter's gradient compares with finite differences.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="Error">|analytic - numeric| / max(|analytic|, |numeric|) over the elements looked at, in Euclidean norms.</param>
/// <param name="Elements">How many elements were looked at.</param>
/// <param name="Kinks">How many of them lie at a kink, where no derivative is; they are left out.</param>
public sealed record TensorGradient(string Parameter, double Error, int Elements, int Kinks);
