using Anneal.Trainer.Models;
using Anneal.Trainer.Schedules;

namespace Anneal.Trainer.Loop;

/// <summary>Epochs of a run that share their settings. The optimizer's state begins anew with each.</summary>
/// <param name="Graphs">The model's graphs with this phase's step.</param>
/// <param name="Batch">Rows of a batch, at least 1.</param>
/// <param name="Epochs">Passes over the training rows, at least 1.</param>
/// <param name="Schedule">The learning rate; its time begins with the phase.</param>
public sealed record Phase(TrainingGraphs Graphs, int Batch, int Epochs, Schedule Schedule);
