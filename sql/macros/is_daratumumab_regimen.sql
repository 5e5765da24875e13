-- Whether drugs are daratumumab with lenalidomide and dexamethasone, or with melphalan, prednisolone and bortezomib
create or replace temp macro is_daratumumab_regimen(drugs) as
list_has_all(drugs, ['daratumumab', 'lenalidomide', 'dexamethasone'])
or list_has_all(drugs, ['daratumumab', 'melphalan', 'bortezomib']) and list_has_any(drugs, ['prednisolone', 'prednisone'])
