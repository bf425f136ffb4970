namespace Anneal.Pipeline.Bench;

/// <summary>What <c>bench monitors --json</c> prints.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="StepsPerEpoch">Steps between two looks: those of an epoch of 60,000 rows.</param>
/// <param name="MsPerStep">Time of a step without monitors, in ms.</param>
/// <param name="MsPerStepMonitored">Time of a step with monitors, its share of a look not counted, in ms.</param>
/// <param name="MsPerLook">Time of a look into the model with all that is written of it, in ms.</param>
/// <param name="LookShare">A look over the steps between two of them: what it adds to an epoch's training.</param>
/// <param name="Ratio">A step with monitors and its share of a look over one without.</param>
internal sealed record MonitorReport(string Case, int Threads, int StepsPerEpoch, double MsPerStep, double MsPerStepMonitored, double MsPerLook, double LookShare, double Ratio);
