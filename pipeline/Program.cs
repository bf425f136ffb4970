return Anneal.Pipeline.Commands.CommandHost.Run(args);
